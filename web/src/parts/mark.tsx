/** The mark: one line through a point. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <rect width="24" height="24" rx="6.5" fill="var(--accent)" />
      <path d="M4 15.5h4.2c3.4 0 4.2-7 7.6-7H20" stroke="#fff" strokeWidth="2" strokeLinecap="round" />
      <circle cx="12" cy="12" r="2.6" fill="var(--accent)" stroke="#fff" strokeWidth="2" />
    </svg>
  );
}
