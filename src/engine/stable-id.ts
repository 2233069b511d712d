/**
 * A UUID (version 8) made from text: the same parts give the same id, so that an effect decided twice is one effect.
 * Four 32-bit multiply-and-mix lanes (in the manner of MurmurHash3's finaliser); for identity, not against an adversary.
 */
export function stableId(...parts: (string | number)[]): string {
  const text = parts.join('\u001f');
  let a = 0x243f6a88;
  let b = 0x85a308d3;
  let c = 0x13198a2e;
  let d = 0x03707344;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x85ebca77);
    c = Math.imul(c ^ code, 0xc2b2ae3d);
    d = Math.imul(d ^ code, 0x27d4eb2f);
    a = (a << 13) | (a >>> 19);
    b = ((b << 11) | (b >>> 21)) + a;
    c = ((c << 17) | (c >>> 15)) ^ b;
    d = ((d << 7) | (d >>> 25)) + c;
  }
  const hex = [mix(a ^ d), mix(b ^ a), mix(c ^ b), mix(d ^ c)].map((lane) => lane.toString(16).padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function mix(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
