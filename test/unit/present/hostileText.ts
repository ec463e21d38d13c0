import fc from 'fast-check';
import { hostileTexts } from '../../support/samples';

/** Any code units, often ones that mean something to a renderer. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...Array.from('[]()<>!#$&*_`~|\\/:.@+-=\'"{}^ \t\r\n\u202e\u200b\ufeff\ud83d\ude00'),
      ),
      fc.constantFrom(
        '](command:',
        '$(flame)',
        '&lt;',
        'https://a.b',
        '\u2028',
        '\u{e0041}',
        '1.',
        '\ud83d',
        '\ude00',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom(...hostileTexts),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));
