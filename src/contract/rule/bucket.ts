/**
 * Where a person stands in a draw: the same person always in the same place, and the places of two draws tell nothing of each other. Both readers
 * compute it exactly; the database has it as `rule_bucket`. Every product stays below 2^62, so a bigint of the database never overflows.
 */

const mask = 0x7fff_ffffn;

/** Multiplies and shifts as in https://github.com/skeeto/hash-prospector (lowbias32), with odd factors that fit 31 bits. */
function mix(bits: bigint): bigint {
  let mixed = bits ^ (bits >> 16n);
  mixed = (mixed * 0x21f0aaadn) & mask;
  mixed ^= mixed >> 15n;
  mixed = (mixed * 0x735a2d97n) & mask;
  return mixed ^ (mixed >> 15n);
}

/** 31 bits made of the name of a draw: FNV-1a over its UTF-8 bytes, mixed. */
export function seedOf(draw: string): number {
  let hash = 0x811c_9dc5n;
  for (const byte of new TextEncoder().encode(draw)) hash = ((hash ^ BigInt(byte)) * 0x0100_0193n) & 0xffff_ffffn;
  return Number(mix((hash ^ (hash >> 31n)) & mask));
}

/** Seeds by draw: a rule asks for the same one again and again. */
const seeds = new Map<string, bigint>();
function seedBits(draw: string): bigint {
  let seed = seeds.get(draw);
  if (seed === undefined) {
    if (seeds.size > 1_000) seeds.clear();
    seed = BigInt(seedOf(draw));
    seeds.set(draw, seed);
  }
  return seed;
}

/** The place of a person in a draw, 0 to 9999 hundredths of a percent. The id's random part is hashed: hex digits 17 to 24, but for the first bit. */
export function bucketOf(draw: string, personId: string): number {
  const drawn = BigInt(`0x${personId.replaceAll('-', '').slice(16, 24)}`) & mask;
  return Number((mix(mix(drawn) ^ seedBits(draw)) * 10_000n) >> 31n);
}
