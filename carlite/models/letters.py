"""Block letters from small rectangles, for liveries and signs."""

from __future__ import annotations

_GLYPHS = {
    "A": "010101111101101", "B": "110101110101110", "C": "011100100100011", "D": "110101101101110", "E": "111100110100111",
    "F": "111100110100100", "G": "011100101101011", "H": "101101111101101", "I": "111010010010111", "K": "101101110101101",
    "L": "100100100100111", "M": "101111111101101", "N": "110101101101101", "O": "010101101101010", "P": "110101110100100",
    "R": "110101110101101", "S": "011100010001110", "T": "111010010010010", "U": "101101101101111", "V": "101101101101010",
    "W": "101101111111101", "X": "101101010101101", "Y": "101101010010010",
    "0": "111101101101111", "1": "010110010010111", "2": "110001010100111",
    "3": "110001010001110", "4": "101101111001001", "5": "111100110001110", "6": "011100110101010", "7": "111001010010010",
    "8": "010101010101010", "9": "010101011001110", " ": "000000000000000",
}  # fmt: skip


def rectangles(text: str, height: float) -> list[tuple[float, float, float, float]]:
    """(u0, u1, v0, v1) of the strokes of ``text``, centred on the origin, u to the reader's right, v up.

    Runs of neighbouring cells in a row become one rectangle. Letters without a glyph are blank.
    """
    cell = height / 5.0
    width = cell * (4 * len(text) - 1)
    found = []
    for index, letter in enumerate(text):
        glyph = _GLYPHS.get(letter, _GLYPHS[" "])
        for row in range(5):
            column = 0
            while column < 3:
                run = 0
                while column + run < 3 and glyph[3 * row + column + run] == "1":
                    run += 1
                if run:
                    u = (4 * index + column) * cell - 0.5 * width
                    v = 0.5 * height - (row + 1) * cell
                    found.append((u, u + run * cell, v, v + cell))
                column += max(run, 1)
    return found
