export function findConsul(root: string): string | undefined;
export function ensureConsul(root: string): void;
