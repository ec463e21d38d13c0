/** A time in ms as it is printed. */
export const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
