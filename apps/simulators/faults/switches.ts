import { CONTENT_SWITCHES } from './content-switches';
import { EXCHANGE_SWITCHES } from './exchange-switches';
import { PLATFORM_SWITCHES } from './platform-switches';
import type { Switch } from './switch';

/** Every switch that is implemented, by its name in quirks.md §2 (`stateValidation` is dvcqg.md §10). */
export const SWITCHES: Readonly<Record<string, Switch>> = {
  ...PLATFORM_SWITCHES,
  ...CONTENT_SWITCHES,
  ...EXCHANGE_SWITCHES,
};
