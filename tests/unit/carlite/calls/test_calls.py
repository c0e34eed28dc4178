from __future__ import annotations

import pytest

from carlite.calls import all_calls, decode
from carlite.errors import CallError
from carlite.wire.values import ReplyForm, error_reply, reply

# Every function that the 0.9.16 wheel can call, with the form of its reply.
_VOID = """
load_new_episode load_map_layer unload_map_layer copy_opendrive_to_file set_weather_parameters set_imui_gravity
enable_environment_objects apply_color_texture_to_objects apply_float_color_texture_to_objects
set_annotations_traverse_translucency draw_debug_shape clear_debug_shape clear_debug_string set_actor_location
set_actor_transform set_actor_target_velocity set_actor_target_angular_velocity enable_actor_constant_velocity
disable_actor_constant_velocity add_actor_impulse add_actor_impulse_at_location add_actor_force add_actor_force_at_location
add_actor_angular_impulse add_actor_torque set_actor_simulate_physics set_actor_collisions set_actor_enable_gravity
set_actor_dead send set_ignored_vehicles enable_sensor_for_ros disable_sensor_for_ros enable_gbuffers apply_control_to_vehicle
apply_ackermann_control_to_vehicle apply_ackermann_controller_settings apply_physics_control set_vehicle_light_state
open_vehicle_door close_vehicle_door set_wheel_steer_direction set_wheel_pitch_angle show_vehicle_debug_telemetry
set_actor_autopilot enable_carsim use_carsim_road enable_chrono_physics restore_physx_physics apply_control_to_walker
set_bones_transform blend_pose get_pose_from_animation set_traffic_light_state set_traffic_light_green_time
set_traffic_light_yellow_time set_traffic_light_red_time freeze_traffic_light freeze_all_traffic_lights
reset_traffic_light_group reset_all_traffic_lights update_lights_state update_day_night_cycle stop_recorder stop_replayer
set_replayer_time_factor set_replayer_ignore_hero set_replayer_ignore_spectator
"""
_VALUE = """
version get_available_maps get_episode_info get_sensor_token get_map_info get_map_data get_required_files request_file
get_navigation_mesh get_episode_settings set_episode_settings tick_cue get_weather_parameters get_imui_gravity get_all_level_BBs
get_environment_objects project_point cast_ray get_names_of_all_objects get_actor_definitions get_spectator get_actors_by_id
spawn_actor spawn_actor_with_parent destroy_actor get_actor_bounding_box get_actor_component_names get_actor_bone_names
get_actor_socket_names get_actor_component_world_transform get_actor_component_relative_transform
get_actor_bone_world_transforms get_actor_bone_relative_transforms get_actor_socket_world_transforms
get_actor_socket_relative_transforms
is_sensor_enabled_for_ros are_gbuffers_enabled get_gbuffer_token get_ackermann_controller_settings get_physics_control
get_vehicle_light_state get_vehicle_light_states get_wheel_steer_angle get_wheel_pitch_angle get_telemetry_data
get_vehicle_bone_world_transforms get_bones_transform get_group_traffic_lights get_light_boxes query_lights_state start_recorder
show_recorder_file_info show_recorder_collisions show_recorder_actors_blocked replay_file is_traffic_manager_running
get_traffic_manager_running add_traffic_manager_running destroy_traffic_manager console_command
"""


@pytest.mark.parametrize(
    ("form", "names"), [(ReplyForm.VOID, _VOID), (ReplyForm.VALUE, _VALUE), (ReplyForm.BARE, "apply_batch")]
)
def test_every_function_of_the_client_is_bound_in_its_form(form: ReplyForm, names: str) -> None:
    calls = all_calls()
    assert [name for name in names.split() if name not in calls] == []
    assert [name for name in names.split() if calls[name].form is not form] == []


def test_replies_and_errors_are_wrapped_as_the_client_unwraps_them() -> None:
    assert reply(ReplyForm.VALUE, 5) == [[1, 5]]
    assert reply(ReplyForm.VOID, None) == [[False]]
    assert reply(ReplyForm.BARE, [1]) == [1]
    assert error_reply(ReplyForm.VALUE, "x") == [[0, ["x"]]]
    assert error_reply(ReplyForm.VOID, "x") == [[True, ["x"]]]


def test_arguments_are_decoded() -> None:
    assert decode.transform([[1, 2.5, 3], [4, 5, 6], "more"]) == ((1.0, 2.5, 3.0), (4.0, 5.0, 6.0))
    assert decode.optional([False]) is None
    assert decode.optional([True, 3]) == 3
    assert decode.description([7, "static.prop.box01", [["role_name", 4, "prop"]]]) == (
        "static.prop.box01",
        {"role_name": "prop"},
    )


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (decode.integer, True),
        (decode.integer, 1.0),
        (decode.number, float("inf")),
        (decode.number, "1"),
        (decode.flag, 1),
        (decode.text, b"x"),
        (decode.vector, [1, 2]),
        (decode.vector, [1, 2, None]),
        (decode.transform, [[1, 2, 3]]),
        (decode.optional, []),
        (decode.optional, [True]),
        (decode.description, [1, "x"]),
        (decode.description, [1, "x", [["role_name", 4]]]),
        (decode.items, {}),
    ],
)
def test_wrong_arguments_are_refused_with_what_came(read: object, value: object) -> None:
    with pytest.raises(CallError, match=r"got .*, expected"):
        read(value, "it") if read is not decode.description else read(value)  # type: ignore[operator]
