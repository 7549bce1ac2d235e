"""files.py - writes the sample letters as the files that scanners and offices really send.

SPDX-License-Identifier: EUPL-1.2

TIFF, JPEG and PNG come from Pillow; PDF is written here, object by object and without dates or
chance, so that the same input gives the same bytes.
"""

import hashlib
import io
import struct
import zipfile
import zlib

from PIL import Image, TiffImagePlugin

import sheet

ROWS_PER_STRIP, RESOLUTION_UNIT = 278, 296
A4_POINTS = (595.32, 841.92)


# ---- images -------------------------------------------------------------------------------------


def tiff(pages, compression, dpi, rows=None):
    """A TIFF of one or more pages. `dpi` is a number or (across, down); `rows` per strip."""
    TiffImagePlugin.STRIP_SIZE = 1 << 30
    across, down = dpi if isinstance(dpi, tuple) else (dpi, dpi)
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[ROWS_PER_STRIP] = rows or pages[0].height
    stream = io.BytesIO()
    pages[0].save(stream, "TIFF", save_all=len(pages) > 1, append_images=pages[1:],
                  compression=compression, dpi=(across, down), tiffinfo=tags)
    return stream.getvalue()


def jpeg(image, dpi, quality):
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality, dpi=(dpi, dpi), optimize=True)
    return stream.getvalue()


def png(image, dpi):
    stream = io.BytesIO()
    image.save(stream, "PNG", dpi=(dpi, dpi), optimize=True)
    return stream.getvalue()


def group4(image):
    """The bare CCITT Group 4 data of a black-and-white image."""
    bytes_of_tiff = tiff([image], "group4", 300)
    with Image.open(io.BytesIO(bytes_of_tiff)) as again:
        offset, length = again.tag_v2[273][0], again.tag_v2[279][0]
        if len(again.tag_v2[273]) != 1:
            raise ValueError("more than one strip")
        inverted = again.tag_v2[262] == 1
    return bytes_of_tiff[offset:offset + length], inverted


# ---- PDF ----------------------------------------------------------------------------------------


class Pdf:
    """Objects in the order they are added; a dictionary is the text between << and >>."""

    def __init__(self):
        self.objects = []

    def add(self, dictionary, stream=None):
        self.objects.append((dictionary, stream))
        return len(self.objects)

    def finish(self, root, header="1.7", trailer=""):
        out = bytearray(f"%PDF-{header}\n".encode() + b"%\xe2\xe3\xcf\xd3\n")
        offsets = []
        for number, (dictionary, stream) in enumerate(self.objects, 1):
            offsets.append(len(out))
            out += f"{number} 0 obj\n".encode()
            if stream is None:
                out += dictionary.encode("latin-1")
            else:
                out += with_length(dictionary, stream)
                out += b"\nstream\n" + stream + b"\nendstream"
            out += b"\nendobj\n"
        start = len(out)
        out += f"xref\n0 {len(offsets) + 1}\n0000000000 65535 f \n".encode()
        for offset in offsets:
            out += f"{offset:010d} 00000 n \n".encode()
        out += (f"trailer\n<< /Size {len(offsets) + 1} /Root {root} 0 R {trailer}>>\n"
                f"startxref\n{start}\n%%EOF\n").encode("latin-1")
        return bytes(out)


def with_length(dictionary, stream):
    before, _, _ = dictionary.rpartition(">>")
    return f"{before} /Length {len(stream)} >>".encode("latin-1")


def scanned_pdf(pages, dpi, quality=None):
    """A PDF as scanners make it: one image a page. With `quality` the images are JPEG, else CCITT
    Group 4."""
    pdf = Pdf()
    kids, parent = [], 3 * len(pages) + 1
    for image in pages:
        common = (f"<< /Type /XObject /Subtype /Image /Width {image.width} /Height {image.height} "
                  f"/ColorSpace /DeviceGray ")
        if quality:
            picture = pdf.add(common + "/BitsPerComponent 8 /Filter /DCTDecode >>",
                              jpeg(image, dpi, quality))
        else:
            data, inverted = group4(image)
            picture = pdf.add(common + "/BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms "
                              f"<< /K -1 /Columns {image.width} /Rows {image.height} "
                              f"/BlackIs1 {'true' if inverted else 'false'} >> >>", data)
        width, height = image.width * 72 / dpi, image.height * 72 / dpi
        content = pdf.add("<< >>", f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Scan Do Q\n".encode())
        kids.append(pdf.add(f"<< /Type /Page /Parent {parent} 0 R "
                            f"/MediaBox [0 0 {width:.2f} {height:.2f}] /Resources << /XObject "
                            f"<< /Scan {picture} 0 R >> >> /Contents {content} 0 R >>"))
    references = " ".join(f"{kid} 0 R" for kid in kids)
    pdf.add(f"<< /Type /Pages /Kids [{references}] /Count {len(kids)} >>")
    return pdf.finish(pdf.add(f"<< /Type /Catalog /Pages {parent} 0 R >>"))


def only_glyphs_of(font_bytes, words):
    """The TrueType font with the outlines of all other glyphs emptied; the numbering stays."""
    tables = {}
    for entry in range(struct.unpack_from(">H", font_bytes, 4)[0]):
        tag, _, offset, length = struct.unpack_from(">4sLLL", font_bytes, 12 + 16 * entry)
        tables[tag.decode()] = font_bytes[offset:offset + length]
    long_offsets = struct.unpack_from(">h", tables["head"], 50)[0] == 1
    glyphs = struct.unpack_from(">H", tables["maxp"], 4)[0]
    shape = f">{glyphs + 1}{'L' if long_offsets else 'H'}"
    places = [p if long_offsets else p * 2 for p in struct.unpack(shape, tables["loca"])]
    outlines = [tables["glyf"][a:b] for a, b in zip(places, places[1:])]

    used, waiting = set(), {0} | {glyph_of(tables["cmap"], ord(c)) for c in words}
    while waiting:
        glyph = waiting.pop()
        used.add(glyph)
        waiting |= parts_of(outlines[glyph]) - used
    glyf, loca = bytearray(), [0]
    for glyph, outline in enumerate(outlines):
        if glyph in used:
            glyf += outline + b"\0" * (-len(outline) % 4)
        loca.append(len(glyf))
    tables["glyf"], tables["loca"] = bytes(glyf), struct.pack(f">{glyphs + 1}L", *loca)
    tables["head"] = tables["head"][:50] + struct.pack(">h", 1) + tables["head"][52:]
    return font_file({t: tables[t] for t in sorted(tables) if t in
                      ("cmap", "cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep")})


def parts_of(outline):
    """Glyphs that a composite glyph (an umlaut, say) is made of."""
    parts = set()
    if len(outline) < 10 or struct.unpack_from(">h", outline, 0)[0] >= 0:
        return parts
    at, more = 10, True
    while more:
        flags, glyph = struct.unpack_from(">HH", outline, at)
        parts.add(glyph)
        at += 4 + (4 if flags & 1 else 2) + (2 if flags & 8 else 4 if flags & 64 else
                                             8 if flags & 128 else 0)
        more = flags & 32
    return parts


def glyph_of(cmap, code):
    """The glyph of a character, from the Windows Unicode sub-table (format 4)."""
    for entry in range(struct.unpack_from(">H", cmap, 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHL", cmap, 4 + 8 * entry)
        if (platform, encoding) == (3, 1) and struct.unpack_from(">H", cmap, offset)[0] == 4:
            break
    else:
        raise ValueError("no Windows Unicode table")
    count = struct.unpack_from(">H", cmap, offset + 6)[0] // 2
    ends, starts = offset + 14, offset + 16 + 2 * count
    deltas, ranges = starts + 2 * count, starts + 4 * count
    for segment in range(count):
        end, = struct.unpack_from(">H", cmap, ends + 2 * segment)
        start, = struct.unpack_from(">H", cmap, starts + 2 * segment)
        if start <= code <= end:
            delta, = struct.unpack_from(">H", cmap, deltas + 2 * segment)
            place, = struct.unpack_from(">H", cmap, ranges + 2 * segment)
            if place == 0:
                return (code + delta) & 0xFFFF
            at = ranges + 2 * segment + place + 2 * (code - start)
            glyph, = struct.unpack_from(">H", cmap, at)
            return (glyph + delta) & 0xFFFF if glyph else 0
    return 0


def font_file(tables):
    power = max(p for p in range(8) if 1 << p <= len(tables))
    out = bytearray(struct.pack(">LHHHH", 0x00010000, len(tables), 16 << power, power,
                                16 * len(tables) - (16 << power)))
    offset, bodies = 12 + 16 * len(tables), bytearray()
    for tag, body in tables.items():
        padded = body + b"\0" * (-len(body) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF
        out += struct.pack(">4sLLL", tag.encode(), total, offset + len(bodies), len(body))
        bodies += padded
    return bytes(out + bodies)


def embedded_font(pdf, name, words):
    """Adds a font with the glyphs of `words` in WinAnsiEncoding; answers its object's number."""
    with open(sheet.font_path(name), "rb") as stream:
        whole = stream.read()
    measure = sheet.ImageFont.truetype(sheet.font_path(name), 1000,
                                       layout_engine=sheet.ImageFont.LAYOUT_BASIC)
    program = only_glyphs_of(whole, words)
    packed = zlib.compress(program, 9)
    file = pdf.add(f"<< /Filter /FlateDecode /Length1 {len(program)} >>", packed)
    base = "AAAAAA+" + sheet.FONTS[name].removesuffix(".ttf")
    ascent, descent = measure.getmetrics()
    bold = 120 if "bold" in name else 80
    descriptor = pdf.add(
        f"<< /Type /FontDescriptor /FontName /{base} /Flags 32 /FontBBox [-544 -303 1302 980] "
        f"/ItalicAngle 0 /Ascent {ascent} /Descent -{descent} /CapHeight 716 /StemV {bold} "
        f"/FontFile2 {file} 0 R >>")
    widths = " ".join(str(round(measure.getlength(bytes([code]).decode("cp1252", "replace"))))
                      for code in range(32, 256))
    return pdf.add(f"<< /Type /Font /Subtype /TrueType /BaseFont /{base} /FirstChar 32 "
                   f"/LastChar 255 /Widths [{widths}] /Encoding /WinAnsiEncoding "
                   f"/FontDescriptor {descriptor} 0 R >>")


def typed_pdf(lines):
    """A born-digital page: (x mm, y mm, font, points, words) with real text and embedded fonts."""
    pdf = Pdf()
    fonts = {name: embedded_font(pdf, name, "".join(w for _, _, n, _, w in lines if n == name))
             for name in sorted({name for _, _, name, _, _ in lines})}
    labels = {name: f"F{number}" for number, name in enumerate(fonts, 1)}
    content = bytearray(b"0.5 w 70.87 745 m 524.41 745 l S\nBT\n")
    for x, y, name, points, words in lines:
        escaped = words.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(") \
            .replace(b")", b"\\)")
        content += (f"/{labels[name]} {points} Tf 1 0 0 1 {x * 72 / 25.4:.2f} "
                    f"{A4_POINTS[1] - y * 72 / 25.4 - points * 0.8:.2f} Tm (").encode() \
            + escaped + b") Tj\n"
    content += b"ET\n"
    stream = pdf.add("<< /Filter /FlateDecode >>", zlib.compress(bytes(content), 9))
    pages = stream + 2
    resources = " ".join(f"/{labels[name]} {number} 0 R" for name, number in fonts.items())
    page = pdf.add(f"<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 {A4_POINTS[0]} "
                   f"{A4_POINTS[1]}] /Resources << /Font << {resources} >> >> "
                   f"/Contents {stream} 0 R >>")
    pdf.add(f"<< /Type /Pages /Kids [{page} 0 R] /Count 1 >>")
    return pdf.finish(pdf.add(f"<< /Type /Catalog /Pages {pages} 0 R /Lang (de-DE) >>"))


# ---- files that must be refused -----------------------------------------------------------------


def rc4(key, data):
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def locked_pdf(words, password):
    """A one-line PDF that only opens with the password (standard handler, revision 2, 40 bit)."""
    pad = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    secret = (password.encode() + pad)[:32]
    file_id = hashlib.md5(b"posteingang sample").digest()
    permissions = -4
    owner = rc4(hashlib.md5(secret).digest()[:5], secret)
    key = hashlib.md5(secret + owner + struct.pack("<i", permissions) + file_id).digest()[:5]
    content = f"BT /F1 12 Tf 72 760 Td ({words}) Tj ET\n".encode("cp1252")

    pdf = Pdf()
    number = len(pdf.objects) + 1
    object_key = hashlib.md5(key + struct.pack("<I", number)[:3] + b"\0\0").digest()[:10]
    stream = pdf.add("<< >>", rc4(object_key, content))
    font = pdf.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    page = pdf.add(f"<< /Type /Page /Parent {font + 2} 0 R /MediaBox [0 0 595 842] /Resources "
                   f"<< /Font << /F1 {font} 0 R >> >> /Contents {stream} 0 R >>")
    pdf.add(f"<< /Type /Pages /Kids [{page} 0 R] /Count 1 >>")
    root = pdf.add(f"<< /Type /Catalog /Pages {font + 2} 0 R >>")
    lock = pdf.add(f"<< /Filter /Standard /V 1 /R 2 /P {permissions} /O <{owner.hex()}> "
                   f"/U <{rc4(key, pad).hex()}> >>")
    return pdf.finish(root, "1.4", f"/Encrypt {lock} 0 R /ID [<{file_id.hex()}> <{file_id.hex()}>] ")


def damaged_pdf(pages, dpi):
    """A scanned PDF whose objects were overwritten on a failing stick: it has a beginning, a
    table of contents and an end, and nothing in between that could be shown."""
    whole = bytearray(scanned_pdf(pages, dpi))
    end = whole.rindex(b"\nxref\n")
    for place in range(20, end):
        whole[place] = (place * 37 + (place >> 5) * 11) % 251
    return bytes(whole)


def docx(paragraphs):
    """The least that a word processor takes for a document of its own."""
    body = "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs)
    parts = {
        "[Content_Types].xml":
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
            'relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/'
            'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels":
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml":
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f"<w:body>{body}</w:body></w:document>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, (2026, 3, 2, 8, 0, 0))
            entry.create_system = 3
            archive.writestr(entry, '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return stream.getvalue()
