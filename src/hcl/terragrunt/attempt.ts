import { Unresolvable } from '../static/staticValue';

/** The value, or why there is none. */
export function attempt<T>(read: () => T): T | Unresolvable {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) {
      // The stack is at its end: files that read one another, each nested deep.
      return new Unresolvable('it is nested too deep');
    } else if (error instanceof Unresolvable) {
      return error;
    }
    throw error;
  }
}
