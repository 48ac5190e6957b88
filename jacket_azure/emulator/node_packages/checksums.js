// Loaded before Azurite 3.37.0: a faster CRC-64/NVME. The service tells one of
// every page that is put, and to compute it byte by byte takes Azurite more
// time than everything else it does with the page; here eight bytes are taken
// at once (slicing by eight; Kounavis and Berry, 2005).
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const POLY_HI = 0x9a6c9329;
const POLY_LO = 0xac4bc9b5;
// entry 256 * k + b: the CRC of byte b with k bytes of zero behind it
const HI = new Int32Array(8 * 256);
const LO = new Int32Array(8 * 256);
for (let b = 0; b < 256; b++) {
  let hi = 0;
  let lo = b;
  for (let bit = 0; bit < 8; bit++) {
    const carry = lo & 1;
    lo = (lo >>> 1) | (hi << 31);
    hi >>>= 1;
    if (carry) {
      hi ^= POLY_HI;
      lo ^= POLY_LO;
    }
  }
  HI[b] = hi;
  LO[b] = lo;
}
for (let i = 256; i < 8 * 256; i++) {
  const hi = HI[i - 256];
  const lo = LO[i - 256];
  HI[i] = (hi >>> 8) ^ HI[lo & 0xff];
  LO[i] = ((lo >>> 8) | (hi << 24)) ^ LO[lo & 0xff];
}

class Crc64 {
  constructor() {
    this.hi = -1;
    this.lo = -1;
  }

  update(chunk) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    let hi = this.hi;
    let lo = this.lo;
    let i = 0;
    for (const end = bytes.length - 7; i < end; i += 8) {
      lo ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16)
        | (bytes[i + 3] << 24);
      hi ^= bytes[i + 4] | (bytes[i + 5] << 8) | (bytes[i + 6] << 16)
        | (bytes[i + 7] << 24);
      const a = 1792 + (lo & 0xff);
      const b = 1536 + ((lo >>> 8) & 0xff);
      const c = 1280 + ((lo >>> 16) & 0xff);
      const d = 1024 + (lo >>> 24);
      const e = 768 + (hi & 0xff);
      const f = 512 + ((hi >>> 8) & 0xff);
      const g = 256 + ((hi >>> 16) & 0xff);
      const h = hi >>> 24;
      hi = HI[a] ^ HI[b] ^ HI[c] ^ HI[d] ^ HI[e] ^ HI[f] ^ HI[g] ^ HI[h];
      lo = LO[a] ^ LO[b] ^ LO[c] ^ LO[d] ^ LO[e] ^ LO[f] ^ LO[g] ^ LO[h];
    }
    for (; i < bytes.length; i++) {
      const index = (lo ^ bytes[i]) & 0xff;
      lo = ((lo >>> 8) | (hi << 24)) ^ LO[index];
      hi = (hi >>> 8) ^ HI[index];
    }
    this.hi = hi;
    this.lo = lo;
    return this;
  }

  digest() {
    const result = Buffer.alloc(8);
    result.writeInt32LE(~this.lo, 0);
    result.writeInt32LE(~this.hi, 4);
    return new Uint8Array(result);
  }
}

// Same as Azurite's: a checksum is made when one is expected or forced.
function computeTransactionalChecksums(stream, expected, force) {
  const wanted = (name) =>
    expected[name] !== undefined || Boolean(force && force[name]);
  const md5 = wanted('md5') ? crypto.createHash('md5') : undefined;
  const crc = wanted('crc64') ? new Crc64() : undefined;
  return new Promise((resolve, reject) => {
    stream
      .on('data', (chunk) => {
        if (md5 !== undefined) md5.update(chunk);
        if (crc !== undefined) crc.update(chunk);
      })
      .on('end', () => resolve({
        md5: md5 && new Uint8Array(md5.digest()),
        crc64: crc && crc.digest(),
      }))
      .on('error', reject);
  });
}

const source = path.join(path.dirname(process.argv[1]), '..', 'common',
  'utils', 'utils.js');
// what a test starts instead of Azurite computes no checksums
if (fs.existsSync(source)) {
  require(source).computeTransactionalChecksums =
    computeTransactionalChecksums;
}
