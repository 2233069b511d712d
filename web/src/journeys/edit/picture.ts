import { linesOf, type Measure, type Placed, type PlacedNode, pathOf } from '../lay-out.ts';
import { stepLooks } from '../step-kinds.tsx';

/** A journey as a picture: the same cards and ways, drawn by hand as SVG so that any program can open it. */

/** The colours of the picture, as the screen has them. */
export interface Colours {
  ground: string;
  card: string;
  line: string;
  ink: string;
  faint: string;
  accent: string;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);
const text = (x: number, y: number, size: number, colour: string, words: string, more = ''): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${colour}" ${more}>${escaped(words)}</text>`;

/** The words of a sentence, line by line as they fit. */
function wrapped(words: string, width: number, measure: Measure, most: number): string[] {
  const lines: string[] = [];
  for (const word of words.split(' ')) {
    const joined = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && linesOf(joined, width, measure) === 1) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `${lines[most - 1]}…`];
}

function drawCard(node: PlacedNode, colours: Colours, measure: Measure): string {
  const { x, y, width, height, step, sentence } = node;
  const box = (radius: number, dash = ''): string =>
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${colours.card}" stroke="${colours.line}" ${dash}/>`;
  if (step === null)
    return box(13, 'stroke-dasharray="3 3"') + text(x + width / 2, y + height / 2 + 4, 12, colours.faint, 'End', 'text-anchor="middle"');
  const lines = wrapped(sentence, width - 28, measure, Math.max(1, Math.floor((height - 26) / 17)));
  return (
    box(10) +
    text(x + 14, y + 18, 10, colours.accent, stepLooks[step.kind].name.toUpperCase(), 'letter-spacing=".06em" font-weight="600"') +
    lines.map((line, index) => text(x + 14, y + 36 + index * 17, 13, colours.ink, line, 'font-weight="500"')).join('')
  );
}

export function drawPicture({ nodes, edges }: Placed, colours: Colours, measure: Measure): { svg: string; width: number; height: number } {
  const points = edges.flatMap((edge) => edge.points);
  const width = Math.ceil(Math.max(...nodes.map((node) => node.x + node.width), ...points.map((point) => point.x)) + 24);
  const height = Math.ceil(Math.max(...nodes.map((node) => node.y + node.height)) + 24);
  const ways = edges.map((edge) => `<path d="${pathOf(edge.points, edge.back)}" fill="none" stroke="${colours.line}" stroke-width="1.5"/>`);
  const labels = edges
    .filter((edge) => edge.label !== '')
    .map(({ label, labelAt: { x, y } }) => {
      const half = measure(label, 400) / 2 + 8;
      return (
        `<rect x="${x - half}" y="${y - 11}" width="${half * 2}" height="22" rx="11" fill="${colours.card}" stroke="${colours.line}"/>` +
        text(x, y + 4, 12, colours.faint, label, 'text-anchor="middle"')
      );
    });
  const cards = nodes.map((node) => drawCard(node, colours, measure));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter, system-ui, sans-serif"><rect width="100%" height="100%" fill="${colours.ground}"/>${ways.join('')}${cards.join('')}${labels.join('')}</svg>`;
  return { svg, width, height };
}
