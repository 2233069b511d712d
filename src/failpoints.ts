/**
 * Stops the process as `kill -9` would at a named place, for crash tests: FAIL_AT=deliver.handed, or FAIL_AT=process.written:3 for the third time it is
 * passed. Without FAIL_AT it does nothing.
 */
export function failpoints(setting: string | undefined): (name: string) => void {
  if (setting === undefined) return () => undefined;
  const [wanted, times = '1'] = setting.split(':');
  let left = Number(times);
  return (name) => {
    if (name === wanted && --left <= 0) process.kill(process.pid, 'SIGKILL');
  };
}
