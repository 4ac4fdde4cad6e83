import type { WorldDefinition } from './world.js';
import { bazaar } from './worlds/bazaar.js';
import { exchange } from './worlds/exchange.js';
import { harbour } from './worlds/harbour.js';
import { library } from './worlds/library.js';

export const worlds: readonly WorldDefinition[] = [exchange, harbour, bazaar, library];
