export async function simulate(_options: { seed: string; days: string; json?: boolean }): Promise<void> {}
