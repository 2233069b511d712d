import type { Measure } from './lay-out.ts';

let context: CanvasRenderingContext2D | null | undefined;
/** The width of a text as the cards write it. */
export const measureText: Measure = (text, weight) => {
  context ??= document.createElement('canvas').getContext('2d');
  if (!context) return text.length * 7;
  context.font = `${weight} 13px "Inter Variable", system-ui, sans-serif`;
  return context.measureText(text).width;
};
