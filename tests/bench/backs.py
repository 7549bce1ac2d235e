"""backs.py - draws what lies behind letters: blank backs, backs with a faint mark, sparse text.

SPDX-License-Identifier: EUPL-1.2

A back is its front, mirrored, blurred by the paper and 8 to 15 % dark, on paper of some grey,
with what scanners and hole punches add. The same seed draws the same pixels with the same
Pillow and numpy.
"""

import io
import json
import os
import subprocess

import numpy
from PIL import Image, ImageDraw, ImageFilter, ImageFont

A4 = (210.0, 297.0)  # mm
PAPERS = (255, 252, 246, 238, 226, 212, 196)  # grey, the last ones recycled
BLEED = (0.08, 0.15)
PENCIL = (0.22, 0.42)          # of the paper's light that a faint pencil takes
PENCIL_BILEVEL = (0.55, 0.75)  # a fainter one is lost at a scanner's threshold, not here
FONT = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"
SPARSE = ("- 2 -", "Seite 2 von 2", "gez. M. Krüger", "Anlage", "Mit freundlichen Grüßen",
          "b. w.", "i. A. Schulz", "Bitte wenden!")


# ---- fronts -------------------------------------------------------------------------------------


def pages_of(path, dpi):
    """The pages of a scan as grey pictures at `dpi`."""
    if path.lower().endswith(".pdf"):
        folder = os.path.join(os.environ["BENCH_FOLDER"], "front")
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", path, os.path.join(folder, "page")],
                       check=True, stderr=subprocess.DEVNULL)
        for name in sorted(os.listdir(folder)):
            with Image.open(os.path.join(folder, name)) as page:
                yield page.convert("L")
            os.remove(os.path.join(folder, name))
        return
    with Image.open(path) as scan:
        for index in range(getattr(scan, "n_frames", 1)):
            scan.seek(index)
            across, down = scan.info.get("dpi", (300, 300))
            size = (round(scan.width * dpi / float(across)), round(scan.height * dpi / float(down)))
            yield scan.convert("L").resize(size, Image.BOX)


def fronts_of(corpus, dpi, count):
    """(name, picture) of printed pages; photographs are none: they show the table, too."""
    with open(os.path.join(corpus, "truth.jsonl"), encoding="utf-8") as stream:
        scans = [json.loads(line) for line in stream]
    for scan in [scan for scan in scans if scan.get("look") != "phone"
                 and not scan["file"].lower().endswith(".jpg")][:count]:
        name = os.path.splitext(os.path.basename(scan["file"]))[0]
        pages = pages_of(os.path.join(corpus, scan["file"]), dpi)
        for index, (picture, page) in enumerate(zip(pages, scan["pages"])):
            if not page.get("blank") and page.get("text", "").strip():
                yield f"{name}-{index + 1}", picture


# ---- what is on a back --------------------------------------------------------------------------


class Back:
    """A sheet of paper as an array of light, 0 to 1; lengths are in millimetres."""

    def __init__(self, size, dpi, chance):
        self.dpi, self.chance = dpi, chance
        self.width, self.height = size
        self.paper = chance.choice(PAPERS) / 255
        self.light = numpy.full((self.height, self.width), self.paper, numpy.float32)
        self.noise = numpy.random.default_rng(chance.randrange(1 << 30))

    def px(self, mm):
        return mm * self.dpi / 25.4

    def darken(self, drawing, strength):
        """`drawing` is a picture, white where something is."""
        self.light *= 1 - strength * numpy.asarray(drawing, dtype=numpy.float32) / 255

    def draw(self, blur=0.0):
        """An empty drawing and its pen."""
        drawing = Image.new("L", (self.width, self.height), 0)
        return drawing, ImageDraw.Draw(drawing)

    def bleed(self, front):
        ink = 255 - numpy.asarray(front, dtype=numpy.float32)
        ink = numpy.clip((ink - numpy.median(ink[::7, ::7])) / max(60.0, ink.max()) * 255, 0, 255)
        mirrored = Image.fromarray(ink.astype(numpy.uint8)).transpose(Image.FLIP_LEFT_RIGHT)
        soft = mirrored.filter(ImageFilter.GaussianBlur(self.px(self.chance.uniform(0.08, 0.25))))
        self.darken(soft, self.chance.uniform(*BLEED))

    def folds(self):
        for third in self.chance.choice(((), (1 / 3, 2 / 3), (1 / 2,))):
            drawing, pen = self.draw()
            y = self.height * third + self.px(self.chance.uniform(-3, 3))
            pen.line((0, y, self.width, y + self.px(self.chance.uniform(-1, 1))), fill=255,
                     width=round(self.px(self.chance.uniform(0.3, 0.9))))
            self.darken(drawing.filter(ImageFilter.GaussianBlur(self.px(0.2))),
                        self.chance.uniform(0.03, 0.09))

    def holes(self):
        """As ISO 838 has them, in pairs of 80 mm: black, or paper's light with a shadow's ring."""
        count = self.chance.choice((0, 2, 2, 4))
        is_black, side = self.chance.random() < 0.5, self.chance.choice((0, 1))
        radius = self.px(self.chance.uniform(2.6, 3.1))
        x = self.px(12 + self.chance.uniform(-2, 2))
        x = x if side == 0 else self.width - x
        shift = self.px(self.chance.uniform(-4, 4))
        for step in range(count):
            y = self.height / 2 + shift + self.px(80 * (step - (count - 1) / 2))
            drawing, pen = self.draw()
            box = (x - radius, y - radius, x + radius, y + radius)
            if is_black:
                pen.ellipse(box, fill=255)
            else:
                pen.arc(box, self.chance.randrange(360), self.chance.randrange(360, 600), fill=255,
                        width=max(1, round(self.px(self.chance.uniform(0.3, 0.8)))))
            soft = drawing.filter(ImageFilter.GaussianBlur(self.px(0.1)))
            self.darken(soft, 0.85 if is_black else self.chance.uniform(0.15, 0.6))

    def staple(self):
        """A wire in a corner, or the two holes it left and their shadow."""
        if self.chance.random() > 0.35:
            return
        drawing, pen = self.draw()
        x, y = self.px(self.chance.uniform(8, 16)), self.px(self.chance.uniform(8, 16))
        x = x if self.chance.random() < 0.3 else self.width - x
        angle = self.chance.uniform(-0.9, 0.9)
        half = self.px(self.chance.uniform(5, 6))
        across, down = half * numpy.cos(angle), half * numpy.sin(angle)
        wide = round(self.px(self.chance.uniform(0.4, 0.7)))
        if self.chance.random() < 0.6:
            pen.line((x - across, y - down, x + across, y + down), fill=255, width=wide)
        else:
            for end in (-1, 1):
                at = (x + end * across, y + end * down)
                pen.ellipse((at[0] - wide, at[1] - wide, at[0] + wide, at[1] + wide), fill=255)
        self.darken(drawing.filter(ImageFilter.GaussianBlur(self.px(0.12))),
                    self.chance.uniform(0.3, 0.8))

    def light_falls_off(self):
        ramp = 1 - self.chance.uniform(0, 0.08) * numpy.linspace(0, 1, self.width)
        self.light *= ramp if self.chance.random() < 0.5 else ramp[::-1]

    def grain(self):
        coarse = self.noise.standard_normal((self.height // 8 + 1, self.width // 8 + 1), numpy.float32)
        fibre = numpy.kron(coarse, numpy.ones((8, 8), numpy.float32))[:self.height, :self.width]
        weak = self.chance.uniform(0, 0.008) * (2 if self.paper < 0.85 else 1)
        self.light += weak * fibre + 0.012 * self.noise.standard_normal(self.light.shape, numpy.float32)

    def dust(self):
        for _ in range(self.chance.randrange(10, 120)):
            x, y = self.chance.randrange(self.width - 4), self.chance.randrange(self.height - 4)
            size = self.chance.choice((1, 1, 2, 2, 3))
            self.light[y:y + size, x:x + size] *= self.chance.uniform(0.2, 0.8)

    def streak(self):
        """Dust on a feeder's glass draws a line along the whole sheet."""
        if self.chance.random() < 0.12:
            x = self.chance.randrange(self.width - 3)
            self.light[:, x:x + self.chance.choice((1, 1, 2, 3))] *= self.chance.uniform(0.4, 0.9)

    def edges(self):
        """Beyond the paper's edges: a lid's shadow, or a black bed."""
        for side in range(4):
            if self.chance.random() > 0.25:
                continue
            wide = max(1, round(self.px(self.chance.uniform(0.5, 5))))
            shadow = (numpy.zeros(wide) + 0.08 if self.chance.random() < 0.5
                      else numpy.linspace(self.chance.uniform(0.2, 0.7), 1, wide))
            view = numpy.rot90(self.light, side)
            view[:, :wide] = numpy.minimum(view[:, :wide], shadow * self.paper)

    def askew(self):
        picture = Image.fromarray((numpy.clip(self.light, 0, 1) * 255).astype(numpy.uint8))
        bed = self.chance.choice((255, round(self.paper * 255), 20))
        return picture.rotate(self.chance.choice((0, 0, 1)) * self.chance.uniform(-1.5, 1.5),
                              Image.BICUBIC, fillcolor=bed)

    def scanned(self):
        """What the scanner adds, and the picture."""
        self.light_falls_off()
        self.grain()
        self.dust()
        self.edges()
        picture = self.askew()
        self.light = numpy.asarray(picture, dtype=numpy.float32) / 255
        self.streak()
        return Image.fromarray((self.light * 255).astype(numpy.uint8))


# ---- marks that are to be kept ------------------------------------------------------------------


def curve_of(back, kind):
    """Points of a pencil's stroke, in pixels, well within the sheet."""
    chance, length = back.chance, {"line": (30, 130), "tick": (9, 16), "scribble": (18, 50)}[kind]
    reach = back.px(chance.uniform(*length))
    x = chance.uniform(back.px(15), max(back.px(16), back.width - back.px(15) - reach))
    y = chance.uniform(back.px(22), back.height - back.px(22))
    rise = chance.uniform(-0.3, 0.3) * (1 if kind != "tick" else 3)
    steps = 60
    for step in range(steps + 1):
        share = step / steps
        wave = back.px(0.4) * numpy.sin(share * 7 + y)
        if kind == "scribble":
            wave += back.px(2.0) * numpy.sin(share * reach / back.px(1.6))
        yield x + reach * share, y + reach * share * rise + wave


def add_pencil(back, strength):
    kind = back.chance.choice(("line", "line", "tick", "scribble"))
    drawing, pen = back.draw()
    pen.line([(float(x), float(y)) for x, y in curve_of(back, kind)], fill=255,
             width=max(2, round(back.px(back.chance.uniform(0.35, 0.6)))), joint="curve")
    # Graphite stays on the grain of the paper alone.
    grain = numpy.clip(0.85 + 0.25 * back.noise.standard_normal(back.light.shape, numpy.float32), 0, 1)
    soft = numpy.asarray(drawing.filter(ImageFilter.GaussianBlur(back.px(0.06))),
                         dtype=numpy.float32)
    back.darken(soft * grain, back.chance.uniform(*strength))


def add_words(back):
    drawing, pen = back.draw()
    font = ImageFont.truetype(FONT, round(back.chance.uniform(7, 11) * back.dpi / 72))
    x = back.chance.uniform(back.px(20), back.width - back.px(75))
    y = back.chance.uniform(back.px(12), back.height - back.px(16))
    pen.text((x, y), back.chance.choice(SPARSE), font=font, fill=255)
    back.darken(drawing, back.chance.uniform(0.5, 0.95))


# ---- files --------------------------------------------------------------------------------------


def bilevel(picture, chance):
    """A threshold for all, as most scanners have it, below what shines through."""
    level = numpy.median(numpy.asarray(picture)[::7, ::7]) * chance.uniform(0.52, 0.66)
    return picture.point(lambda value: 255 if value > level else 0).convert("1")


def save(picture, path, dpi, look):
    """`path` without its ending; answers it with."""
    if look == "bilevel":
        picture.save(path + ".tif", compression="group4", dpi=(dpi, dpi))
        return path + ".tif"
    if look == "jpeg":
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=75, dpi=(dpi, dpi))
        with open(path + ".jpg", "wb") as file:
            file.write(stream.getvalue())
        return path + ".jpg"
    picture.save(path + ".png", dpi=(dpi, dpi), compress_level=1)
    return path + ".png"


def draw_back(front, dpi, chance, kind, path):
    """Draws a back of `front`: kind is "blank", "pencil" or "words". Answers the file's path."""
    look = chance.choice(("jpeg", "png", "bilevel"))
    back = Back(front.size, dpi, chance)
    back.bleed(front)
    back.folds()
    back.holes()
    back.staple()
    if kind == "pencil":
        add_pencil(back, PENCIL_BILEVEL if look == "bilevel" else PENCIL)
    elif kind == "words":
        add_words(back)
    picture = back.scanned()
    if look == "bilevel":
        picture = bilevel(picture, chance)
    return save(picture, path, dpi, look)
