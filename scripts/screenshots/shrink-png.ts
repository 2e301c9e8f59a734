import { deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE_BYTES = 8;
const TRUE_COLOUR = 2;
const PALETTE = 3;
const COLOURS = 256;

const CRC_TABLE = Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});

const crcOf = (bytes: Buffer): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
};

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crcOf(body), body.length + 4);
  return frame;
}

const paeth = (left: number, up: number, corner: number): number => {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((each) => Math.abs(guess - each)) as [
    number,
    number,
    number,
  ];
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
};

/** The pixels, three bytes each, of rows that carry PNG's filters. */
function unfilter(rows: Buffer, width: number, height: number): Buffer {
  const bytes = width * 3;
  const pixels = Buffer.alloc(bytes * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (bytes + 1)];
    for (let x = 0; x < bytes; x++) {
      const at = y * bytes + x;
      const left = x >= 3 ? pixels[at - 3]! : 0;
      const up = y > 0 ? pixels[at - bytes]! : 0;
      const corner = x >= 3 && y > 0 ? pixels[at - bytes - 3]! : 0;
      const predicted =
        filter === 1
          ? left
          : filter === 2
            ? up
            : filter === 3
              ? (left + up) >> 1
              : filter === 4
                ? paeth(left, up, corner)
                : 0;
      pixels[at] = rows[y * (bytes + 1) + 1 + x]! + predicted;
    }
  }
  return pixels;
}

const distance = (one: number, other: number): number =>
  ((one >> 16) - (other >> 16)) ** 2 +
  (((one >> 8) & 255) - ((other >> 8) & 255)) ** 2 +
  ((one & 255) - (other & 255)) ** 2;

/** The colours that occur most, and for each pixel the nearest of them: pages have few, and shades of the same text. */
function toPalette(pixels: Buffer): { colours: number[]; indices: Buffer } {
  const counts = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += 3) {
    const colour = pixels.readUIntBE(at, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const colours = [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, COLOURS)
    .map(([colour]) => colour);
  const nearest = new Map(colours.map((colour, index) => [colour, index]));
  const indices = Buffer.alloc(pixels.length / 3);
  for (let index = 0; index < indices.length; index++) {
    const colour = pixels.readUIntBE(index * 3, 3);
    let found = nearest.get(colour);
    if (found === undefined) {
      found = 0;
      for (let each = 1; each < colours.length; each++)
        if (distance(colours[each]!, colour) < distance(colours[found]!, colour)) found = each;
      nearest.set(colour, found);
    }
    indices[index] = found;
  }
  return { colours, indices };
}

/**
 * A screenshot with 256 colours in a third of the bytes. Takes what Chromium writes (8 bits, no alpha, not interlaced) and
 * leaves anything else as it is.
 */
export function shrinkPng(png: Buffer): Buffer {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = SIGNATURE_BYTES; at < png.length;) {
    const length = png.readUInt32BE(at);
    chunks.push({
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += length + 12;
  }
  const header = chunks[0]?.data ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (header[8] !== 8 || header[9] !== TRUE_COLOUR || header[12] !== 0) return png;
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const { colours, indices } = toPalette(unfilter(inflateSync(packed), width, height));
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) indices.copy(rows, y * (width + 1) + 1, y * width, (y + 1) * width);
  const palette = Buffer.alloc(colours.length * 3);
  colours.forEach((colour, index) => palette.writeUIntBE(colour, index * 3, 3));
  const head = Buffer.from(header);
  head[9] = PALETTE;
  return Buffer.concat([
    png.subarray(0, SIGNATURE_BYTES),
    chunk('IHDR', head),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
