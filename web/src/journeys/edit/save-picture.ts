import type { Placed } from '../lay-out.ts';
import { measureText } from '../measure-text.ts';
import { type Colours, drawPicture } from './picture.ts';

/** A colour of the screen as #rrggbb, which every program reads. */
function hexOf(name: string, context: CanvasRenderingContext2D): string {
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((part) => (part ?? 0).toString(16).padStart(2, '0')).join('')}`;
}

function coloursNow(): Colours {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
  const of = (name: string): string => hexOf(name, context);
  return {
    ground: of('--sunken'),
    card: of('--raised'),
    line: of('--line-2'),
    ink: of('--ink'),
    faint: of('--ink-2'),
    accent: of('--accent-ink'),
  };
}

function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** [px] No canvas of a browser is larger on any side. */
const sideMax = 8_000;

/** Saves the drawing as a file: SVG as it is, PNG at twice its size where that fits. */
export async function savePicture(placed: Placed, name: string, format: 'svg' | 'png'): Promise<void> {
  const { svg, width, height } = drawPicture(placed, coloursNow(), measureText);
  if (format === 'svg') return download(new Blob([svg], { type: 'image/svg+xml' }), `${name}.svg`);
  const image = new Image();
  // The policy of the page takes pictures from addresses of data, not of blobs.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const scale = Math.min(2, sideMax / Math.max(width, height));
  const canvas = Object.assign(document.createElement('canvas'), { width: width * scale, height: height * scale });
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (png === null) throw new Error('The browser made no picture of it.');
  download(png, `${name}.png`);
}
