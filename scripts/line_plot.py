# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Plots of a few lines as SVG files, for the pages of docs/."""

COLORS = ["#888888", "#4477aa", "#228833", "#cc3311"]


def write(path, x_label, y_label, lines):
    """Writes `lines`, by name the y of every x; all have the same x, and each has its name at its end."""
    xs = list(next(iter(lines.values())))
    most_x, most_y = max(xs), max(max(line.values()) for line in lines.values()) * 1.1
    x = lambda value: 50 + 430 * value / most_x
    y = lambda value: 260 - 230 * value / most_y
    text = lambda x, y, words, anchor, color="#000": (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{color}">{words}</text>')
    parts = ['<path d="M50 20V260H490" fill="none" stroke="#000"/>', text(270, 298, x_label, "middle"),
             text(8, 14, y_label, "start")]
    parts += [text(x(value), 278, value, "middle") for value in xs]
    ticks = range(0, int(most_y) + 1, max(1, int(most_y) // 5))
    parts += [text(44, y(tick) + 4, tick, "end") for tick in ticks]
    for (name, line), color in zip(lines.items(), COLORS):
        points = " ".join(f"{x(value):.1f},{y(line[value]):.1f}" for value in xs)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts.append(text(488, y(line[most_x]) + 4, name, "start", color))
    frame = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 306" font-family="sans-serif" font-size="12">\n'
             '<rect width="640" height="306" fill="#fff"/>\n')
    path.write_text(frame + "\n".join(parts) + "\n</svg>\n")
