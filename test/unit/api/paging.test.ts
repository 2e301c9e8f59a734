import { describe, expect, it } from 'vitest';
import { pageLinks } from '../../../src/api/paging.js';

describe('pageLinks', () => {
  it('keeps path and query, and ends with null', () => {
    expect(pageLinks('/api/x?a=1%202&page=2', 2, true)).toEqual({
      next_url: '/api/x?a=1+2&page=3',
      prev_url: '/api/x?a=1+2&page=1',
    });
    expect(pageLinks('/api/x', 1, false)).toEqual({ next_url: null, prev_url: null });
    expect(pageLinks('/api/x', 1, true).next_url).toBe('/api/x?page=2');
  });
});
