export function LifecycleBoard() { return null; }
