import { uuidv7 } from 'uuidv7';
import type { Ids } from '../domain/ids';

export const uuidIds: Ids = { next: () => uuidv7() };
