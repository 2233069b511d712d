import { createContext, useContext } from 'react';
import type { Spot } from './edit/ways.ts';

/** What is dragged onto a way: a choice of the palette, or a step that stands elsewhere. */
export type Dragged = { choice: string } | { step: string };

/** What can be done on the canvas. The same object for as long as it is shown, so that cards are not drawn anew. */
export interface CanvasActs {
  /** Opens a step; `more` takes it to those that are chosen already, `byKeys` says that the keyboard goes into its panel. Null opens none. */
  choose: (key: string | null, more: boolean, byKeys: boolean) => void;
  /** The keyboard has come to a step. */
  reach: (key: string) => void;
  /** Only where the journey is edited. */
  edit?: {
    /** Asks what to put on a way. */
    ask: (spot: Spot, beside: Element) => void;
    drop: (spot: Spot, dragged: Dragged) => void;
    /** Something is dragged, or no longer. */
    drag: (dragged: Dragged | null) => void;
  };
}
export const ActsContext = createContext<CanvasActs>({ choose: () => undefined, reach: () => undefined });
export const useActs = (): CanvasActs => useContext(ActsContext);

const mime = 'application/x-throughline-step';
export const carry = (transfer: DataTransfer, dragged: Dragged): void => {
  transfer.setData(mime, JSON.stringify(dragged));
  transfer.effectAllowed = 'copyMove';
};
export const carries = (transfer: DataTransfer): boolean => transfer.types.includes(mime);
export const carried = (transfer: DataTransfer): Dragged => JSON.parse(transfer.getData(mime)) as Dragged;
