import css from './skeleton.module.css';

/** A grey bar where text will stand. */
export function Bone({ width = '60%', height = 10 }: { width?: string | number; height?: number }) {
  return <span className={css.bone} style={{ width, height }} aria-hidden="true" />;
}

/** A few lines of bones, for a panel that is on its way. */
export function Bones({ lines = 4 }: { lines?: number }) {
  return (
    <div className={css.bones} role="status" aria-label="Loading" data-bones>
      {Array.from({ length: lines }, (_, index) => (
        <Bone key={index} width={`${[72, 54, 63, 40, 58][index % 5]}%`} />
      ))}
    </div>
  );
}

/** A whole screen that is on its way. */
export function ScreenSkeleton() {
  return (
    <div className={css.screen} role="status" aria-label="Loading">
      <Bone width={160} height={16} />
      <Bone width={300} />
      <Bones lines={7} />
    </div>
  );
}
