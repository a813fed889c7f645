import { config } from 'zod/mini';
import english from 'zod/v4/locales/en.js';

// By itself, `zod/mini` says of everything that it is invalid input. It has functions instead of methods, so that a bundle gets those
// alone that it calls: a quarter less for a consumer of events. HTTP schemas, which also describe themselves, are of `zod`.
// https://zod.dev/packages/mini
config(english());
