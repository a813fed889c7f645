import { z } from 'zod';

/** CloudFormation takes booleans as text, too. */
export const boolean = z.stringbool().or(z.boolean());

/** A property that would change how the resource behaves, which must not pass unnoticed. */
export const notSupported = z.undefined({ error: 'is not supported by the local runner' }).optional();

/** A map of strings, empty when left out. */
export const texts = z.record(z.string(), z.string()).default({});
