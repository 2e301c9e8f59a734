import { describe, expect, it } from 'vitest';
import { findBrowser, type BrowserSources } from '../../../scripts/find-browser.js';

const chain = (found: Partial<Record<keyof Omit<BrowserSources, 'given'>, string>>, given?: string) => {
  const tried: string[] = [];
  const step = (name: keyof typeof found) => () => {
    tried.push(name);
    return found[name];
  };
  const sources: BrowserSources = {
    given,
    onThisMachine: step('onThisMachine'),
    downloaded: step('downloaded'),
    download: step('download'),
    installPackage: step('installPackage'),
  };
  return { tried, find: () => findBrowser(sources) };
};

describe('the browser that tests use', () => {
  it('is the one that CHROMIUM_PATH names, and no other when that one cannot be run', () => {
    const good = chain({}, process.execPath);
    expect(good.find()).toBe(process.execPath);
    const bad = chain({ onThisMachine: '/usr/bin/chromium' }, '/nowhere/chromium');
    expect(bad.find).toThrow(/CHROMIUM_PATH=\/nowhere\/chromium/);
    expect(bad.tried).toEqual([]);
  });

  it('is looked for on the machine, then with Playwright, then as a package', () => {
    const { tried, find } = chain({ installPackage: '/usr/bin/chromium' });
    expect(find()).toBe('/usr/bin/chromium');
    expect(tried).toEqual(['onThisMachine', 'downloaded', 'download', 'installPackage']);
  });

  it('is downloaded only where there is none', () => {
    const { tried, find } = chain({ downloaded: '/cache/chrome', download: '/cache/newer' });
    expect(find()).toBe('/cache/chrome');
    expect(tried).not.toContain('download');
  });

  it('is missed with the ways to get one', () => {
    expect(chain({}).find).toThrow(/CHROMIUM_PATH/);
  });
});
