/** The area that two circles share, at a distance of their centres. */
function sharedArea(r: number, s: number, distance: number): number {
  if (distance >= r + s) return 0;
  if (distance <= Math.abs(r - s)) return Math.PI * Math.min(r, s) ** 2;
  const part = (own: number, other: number): number => {
    const cos = (distance ** 2 + own ** 2 - other ** 2) / (2 * distance * own);
    const angle = Math.acos(Math.min(1, Math.max(-1, cos)));
    return own ** 2 * (angle - Math.sin(2 * angle) / 2);
  };
  return part(r, s) + part(s, r);
}

/** Two circles whose areas, and the area that they share, are as the three counts. The larger one is 100 across. */
export function circles(
  a: number,
  b: number,
  both: number,
): { radii: [number, number]; centers: [number, number]; width: number; height: number } {
  const unit = 50 / Math.sqrt(Math.max(1, a, b));
  const radii: [number, number] = [Math.sqrt(a) * unit, Math.sqrt(b) * unit];
  const wanted = Math.PI * both * unit ** 2;
  let [near, far] = [Math.abs(radii[0] - radii[1]), radii[0] + radii[1]];
  for (let step = 0; step < 50; step++) {
    const middle = (near + far) / 2;
    if (sharedArea(...radii, middle) > wanted) near = middle;
    else far = middle;
  }
  const distance = both === 0 ? radii[0] + radii[1] + 6 : far;
  const left = Math.max(radii[0], radii[1] - distance);
  const right = Math.max(distance + radii[1], radii[0]);
  return { radii, centers: [left + 1, left + distance + 1], width: left + right + 2, height: 2 * Math.max(...radii) + 2 };
}
