"""sheet.py - a sheet of A4 to write letters on, and what a scanner, copier or fax makes of it.

SPDX-License-Identifier: EUPL-1.2

Sizes on the sheet are millimetres from the top left corner, type sizes are points. Everything
that looks like chance comes from a random.Random with a fixed seed, so that the same letter gives
the same pixels again.
"""

import math
import os

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

WIDTH_MM, HEIGHT_MM = 210.0, 297.0
FONT_FOLDER = "/usr/share/fonts/truetype/liberation"
FONTS = {
    "sans": "LiberationSans-Regular.ttf",
    "sans-bold": "LiberationSans-Bold.ttf",
    "sans-italic": "LiberationSans-Italic.ttf",
    "narrow": "LiberationSansNarrow-Regular.ttf",
    "narrow-bold": "LiberationSansNarrow-Bold.ttf",
    "serif": "LiberationSerif-Regular.ttf",
    "serif-bold": "LiberationSerif-Bold.ttf",
    "serif-italic": "LiberationSerif-Italic.ttf",
    "mono": "LiberationMono-Regular.ttf",
    "mono-bold": "LiberationMono-Bold.ttf",
}
INK, PAPER = 0, 255


def font_path(name):
    return os.path.join(FONT_FOLDER, FONTS[name])


drawn = []  # every sheet since it was last emptied: the truth about a letter


class Sheet:
    """One side of paper, in grey: `image` is what is on it, `words` what can be read there."""

    def __init__(self, dpi):
        self.dpi = dpi
        self.words = []
        drawn.append(self)
        self.image = Image.new("L", (self.px(WIDTH_MM), self.px(HEIGHT_MM)), PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def px(self, mm):
        return round(mm * self.dpi / 25.4)

    def font(self, name, points):
        return ImageFont.truetype(font_path(name), round(points * self.dpi / 72),
                                  layout_engine=ImageFont.LAYOUT_BASIC)

    def width_of(self, words, name, points):
        return self.font(name, points).getlength(words) * 25.4 / self.dpi

    def write(self, x, y, words, name="sans", points=11, ink=INK, right=False):
        """One line whose capitals start at y; with `right` it ends at x."""
        self.words.append(words)
        left = x - self.width_of(words, name, points) if right else x
        self.draw.text((self.px(left), self.px(y)), words, font=self.font(name, points), fill=ink,
                       anchor="la")

    def lines(self, x, y, lines, name="sans", points=11, pitch=None, ink=INK, right=False):
        """Lines as they are, one below the other; answers where the next would start."""
        step = pitch or points * 0.42
        for line in lines:
            self.write(x, y, line, name, points, ink, right)
            y += step
        return y

    def paragraph(self, x, y, words, width=165.0, name="sans", points=11, gap=None):
        """Words broken into lines of at most `width`; answers where the next paragraph starts."""
        line, step = "", points * 0.42
        for word in words.split():
            longer = f"{line} {word}".strip()
            if line and self.width_of(longer, name, points) > width:
                self.write(x, y, line, name, points)
                line, y = word, y + step
            else:
                line = longer
        self.write(x, y, line, name, points)
        return y + step + (step * 0.6 if gap is None else gap)

    def rule(self, x, y, length, thick=0.25, ink=INK):
        self.draw.rectangle((self.px(x), self.px(y), self.px(x + length), self.px(y + thick)),
                            fill=ink)

    def stem(self, x, y, length, thick=0.25, ink=INK):
        self.draw.rectangle((self.px(x), self.px(y), self.px(x + thick), self.px(y + length)),
                            fill=ink)

    def box(self, x, y, width, height, thick=0.25, fill=None):
        if fill is not None:
            self.draw.rectangle((self.px(x), self.px(y), self.px(x + width), self.px(y + height)),
                                fill=fill)
        for top in (y, y + height):
            self.rule(x, top, width, thick)
        for left in (x, x + width):
            self.stem(left, y, height + thick, thick)

    def table(self, x, y, widths, rows, name="sans", points=9.5, height=6.0, head=True, right=()):
        """A ruled table; `right` names the columns that end flush. Answers where it ends."""
        for number, row in enumerate(rows):
            bold = name + "-bold" if head and number == 0 and name + "-bold" in FONTS else name
            left = x
            for column, (width, words) in enumerate(zip(widths, row)):
                self.box(left, y, width, height, fill=232 if head and number == 0 else None)
                at = left + width - 1.5 if column in right else left + 1.5
                self.write(at, y + height / 2 - points * 0.17, words, bold, points,
                           right=column in right)
                left += width
            y += height
        return y

    def tick(self, x, y, checked, size=3.6):
        self.box(x, y, size, size, 0.3)
        if checked:
            for ends in ((0, 0, size, size), (0, size, size, 0)):
                x0, y0, x1, y1 = ends
                self.draw.line((self.px(x + x0), self.px(y + y0), self.px(x + x1), self.px(y + y1)),
                               fill=INK, width=max(2, self.px(0.4)))

    def signature(self, x, y, seed, width=42.0):
        """A scrawl of a pen: a smooth curve through points of chance that runs to the right."""
        import random
        chance = random.Random(seed)
        points, at = [], x
        while at < x + width:
            points.append((at, y + chance.uniform(-4.5, 3.0) * (1.4 if at == x else 1)))
            at += chance.uniform(1.2, 3.4)
            points.append((at - chance.uniform(0.5, 2.5), y + chance.uniform(-3.0, 3.5)))
        curve = [(self.px(a), self.px(b)) for a, b in smooth(points)]
        self.draw.line(curve, fill=40, width=max(2, self.px(0.4)), joint="curve")

    def paste_turned(self, stamp, x, y, degrees):
        """Presses a stamp (dark on white) onto the sheet, askew."""
        turned = stamp.rotate(degrees, expand=True, fillcolor=PAPER, resample=Image.BICUBIC)
        at = (self.px(x), self.px(y))
        under = self.image.crop((*at, at[0] + turned.width, at[1] + turned.height))
        self.image.paste(ImageChops.darker(under, turned), at)

    def arrival_stamp(self, x, y, site, date, degrees):
        """The "Eingegangen" stamp of a desk, in ink that is not quite black."""
        width, height = self.px(46), self.px(21)
        stamp = Image.new("L", (width, height), PAPER)
        pen = ImageDraw.Draw(stamp)
        edge = self.px(0.5)
        pen.rectangle((edge, edge, width - edge, height - edge), outline=90, width=edge)
        for words, name, points, top in (("Landkreis MSE", "narrow", 8, 2.2),
                                         (site, "narrow", 8, 5.4),
                                         ("EINGEGANGEN", "narrow-bold", 11, 9.2),
                                         (date, "mono-bold", 11, 14.6)):
            self.words.append(words)
            font = self.font(name, points)
            pen.text(((width - font.getlength(words)) / 2, self.px(top)), words, font=font, fill=90)
        self.paste_turned(stamp, x, y, degrees)


def smooth(points, steps=8):
    """Catmull-Rom through the points."""
    padded = [points[0], *points, points[-1]]
    for one, two, three, four in zip(padded, padded[1:], padded[2:], padded[3:]):
        for step in range(steps):
            t = step / steps
            yield tuple(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t
                               + (3 * b - a - 3 * c + d) * t ** 3)
                        for a, b, c, d in zip(one, two, three, four))


# ---- what the machine makes of it ---------------------------------------------------------------


def grain(chance, size, soft):
    """Grey of chance around 128; `soft` is how many pixels a grain is wide."""
    plain = Image.frombytes("L", size, chance.randbytes(size[0] * size[1]))
    return plain.filter(ImageFilter.GaussianBlur(soft)) if soft else plain


def add_grain(image, chance, strength, soft=0.6):
    """Mixes grain in: `strength` 1.0 would be nothing but grain."""
    noise = grain(chance, image.size, soft).point(lambda v: round((v - 128) * strength) + 128)
    return ImageChops.add(image, noise, 1, -128)


def tilt(image, degrees, background=PAPER):
    return image.rotate(degrees, resample=Image.BICUBIC, fillcolor=background)


def edge_shadow(image, dpi, ink=70):
    """The dark line that a lid leaves along one edge of a flat-bed scan."""
    out = image.copy()
    pen = ImageDraw.Draw(out)
    width = round(dpi * 0.05)
    for column in range(width):
        pen.line((column, 0, column, out.height), fill=ink + (PAPER - ink) * column // width)
    return out


def punch_holes(image, dpi):
    """Two filing holes at the left edge: grey discs, 80 mm apart, 12 mm in."""
    out = image.copy()
    pen = ImageDraw.Draw(out)
    radius = 2.75 * dpi / 25.4
    for y_mm in (HEIGHT_MM / 2 - 40, HEIGHT_MM / 2 + 40):
        x, y = 11 * dpi / 25.4, y_mm * dpi / 25.4
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=150, outline=60, width=2)
    return out


def specks(image, chance, count):
    """Dust: dots of one to three pixels."""
    out = image.copy()
    pen = ImageDraw.Draw(out)
    for _ in range(count):
        x, y = chance.randrange(out.width), chance.randrange(out.height)
        size = chance.choice((1, 1, 1, 2, 3))
        pen.rectangle((x, y, x + size - 1, y + size - 1), fill=chance.choice((0, 30, 60)))
    return out


def bilevel(image, chance, threshold=150, blur=0.7, strength=0.35):
    """Black and white as a document scanner makes it: soft optics, grain, a threshold."""
    soft = add_grain(image.filter(ImageFilter.GaussianBlur(blur)), chance, strength)
    return soft.point(lambda v: 255 if v > threshold else 0).convert("1", dither=Image.NONE)


def shade(image, light_left, light_right, light_bottom):
    """Uneven light on a photographed sheet: factors at three edges."""
    small = Image.new("L", (64, 64))
    small.putdata([min(255, round(255 * (light_left + (light_right - light_left) * x / 63)
                                  * (1 + (light_bottom - 1) * y / 63)))
                   for y in range(64) for x in range(64)])
    return ImageChops.multiply(image, small.resize(image.size, Image.BICUBIC))


def photographed(image, chance, corners, table=96):
    """A sheet on a table, seen from not quite above. `corners` are where the sheet's corners lie
    in the photograph, in shares of its size: upper left, lower left, lower right, upper right."""
    width, height = image.size
    target = [(x * width, y * height) for x, y in corners]
    source = [(0, 0), (0, height), (width, height), (width, 0)]
    seen = image.transform(image.size, Image.PERSPECTIVE, perspective(target, source),
                           Image.BICUBIC, fillcolor=table)
    seen = seen.filter(ImageFilter.GaussianBlur(0.6))
    return add_grain(shade(seen, 0.82, 0.99, 0.9), chance, 0.05, 0.8)


def perspective(source, target):
    """The eight coefficients that take source corners to target corners (Gauss-Jordan)."""
    rows = []
    for (x, y), (u, v) in zip(source, target):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for i in range(8):
        pivot = max(range(i, 8), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(8):
            if r != i:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i])]
    return [row[8] for row in rows]


def turned_by(degrees, distance):
    """x and y of a step of `distance` in a direction; for drawing logos."""
    return distance * math.cos(math.radians(degrees)), distance * math.sin(math.radians(degrees))
