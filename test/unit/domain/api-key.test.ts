import { describe, expect, it } from 'vitest';
import { apiKeyPrefix, formatApiKey, isApiKey } from '../../../src/domain/api-key.js';

describe('API keys', () => {
  it('are key_ and 48 hexadecimal digits', () => {
    const key = formatApiKey('0123456789abcdef'.repeat(3));
    expect(isApiKey(key)).toBe(true);
    expect(apiKeyPrefix(key)).toBe('key_0123');
    for (const wrong of ['', 'key_', key.slice(1), `${key}0`, key.toUpperCase()])
      expect(isApiKey(wrong)).toBe(false);
    expect(() => formatApiKey('too short')).toThrow(TypeError);
  });
});
