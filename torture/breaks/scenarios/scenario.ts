import type { Focus } from '../../focus.js';
import type { Hands } from '../stage.js';

/** Short inputs in which a correct product is right and a broken one is not. */
export interface Scenario {
  settings?: Focus['settings'];
  failpoints?: Focus['failpoints'];
  play: (hands: Hands) => Promise<void>;
}
