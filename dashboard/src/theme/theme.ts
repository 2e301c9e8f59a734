import {
  createTheme,
  type ActionIconProps,
  type BadgeProps,
  type ButtonProps,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type MenuProps,
  type ModalProps,
  type NotificationProps,
  type PaperProps,
  type TableProps,
  type TooltipProps,
} from '@mantine/core';
import { SteadyButton } from './steady-button';

/** The blue grey of a heron. Shade 7 carries white text at 5.7:1. */
const heron: MantineColorsTuple = [
  '#eef6f9',
  '#d9e9ef',
  '#b3d4e0',
  '#8abdcf',
  '#66a8be',
  '#4592ab',
  '#337d96',
  '#256a83',
  '#1b566c',
  '#113f51',
];

/** Cooler than Mantine's, and dark enough that dimmed text (shade 6) keeps 4.5:1 on every light surface. */
const gray: MantineColorsTuple = [
  '#f6f8f9',
  '#eef1f4',
  '#e2e7eb',
  '#d2d9df',
  '#b4bec7',
  '#84909b',
  '#596570',
  '#434e58',
  '#2c363f',
  '#182027',
];

const dark: MantineColorsTuple = [
  '#d8dee4',
  '#bac3cc',
  '#97a3af',
  '#6d7985',
  '#37414b',
  '#2a333c',
  '#1d252d',
  '#141b21',
  '#0e1419',
  '#090d11',
];

export const theme = createTheme({
  primaryColor: 'heron',
  primaryShade: { light: 7, dark: 6 },
  colors: { heron, gray, dark },
  autoContrast: true,
  luminanceThreshold: 0.34,
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  // Plain objects: `Modal.extend({…})` and its like would bring the component itself into the first file that is loaded.
  components: {
    Button: {
      defaultProps: { size: 'sm', component: SteadyButton } satisfies Partial<ButtonProps> & {
        component: unknown;
      },
    },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } satisfies Partial<ActionIconProps> },
    Badge: { defaultProps: { tt: 'none', fw: 500 } satisfies Partial<BadgeProps> },
    Paper: { defaultProps: { withBorder: true, radius: 'lg' } satisfies Partial<PaperProps> },
    InputWrapper: { styles: { label: { marginBottom: 3 }, description: { marginBottom: 2 } } },
    // The focus begins on the first entry; Mantine's placeholder is a child that a menu may not have.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } satisfies Partial<MenuProps> },
    Modal: {
      defaultProps: {
        centered: true,
        closeButtonProps: { 'aria-label': 'Close' },
        overlayProps: { backgroundOpacity: 0.45 },
        styles: { title: { fontWeight: 600, fontSize: '1rem' } },
      } satisfies Partial<ModalProps>,
    },
    // A header element in a dialog counts as the page's banner, of which there is one.
    DrawerHeader: { defaultProps: { role: 'presentation' } },
    ModalHeader: { defaultProps: { role: 'presentation' } },
    Notification: {
      defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } satisfies Partial<NotificationProps>,
    },
    Table: { defaultProps: { verticalSpacing: 8, horizontalSpacing: 'md' } satisfies Partial<TableProps> },
    Tooltip: {
      defaultProps: {
        withArrow: true,
        openDelay: 250,
        multiline: true,
        maw: 320,
      } satisfies Partial<TooltipProps>,
    },
  },
});

/** What the theme has no place for: surfaces and the few colours that carry meaning, each readable on its surface. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--ardea-canvas': gray[0],
    '--ardea-surface': '#ffffff',
    '--ardea-line': gray[2],
    '--ardea-good': '#1a7a4c',
    '--ardea-busy': '#256a83',
    '--ardea-warn': '#8f5a00',
    '--ardea-bad': '#b3261e',
    '--ardea-quiet': gray[6],
    '--mantine-color-placeholder': gray[6],
    '--mantine-color-dimmed': gray[6],
    '--mantine-color-error': '#b3261e',
    // Words of a menu and fills of buttons in red, as readable as everything else.
    '--mantine-color-red-6': '#b3261e',
    '--mantine-color-red-filled': '#b3261e',
    '--mantine-color-red-filled-hover': '#951d17',
    '--mantine-color-anchor': heron[7],
  },
  dark: {
    '--ardea-canvas': dark[8],
    '--ardea-surface': dark[7],
    '--ardea-line': dark[5],
    '--ardea-good': '#62c493',
    '--ardea-busy': '#7fbcd2',
    '--ardea-warn': '#e3b25a',
    '--ardea-bad': '#f28b82',
    '--ardea-quiet': dark[2],
    '--mantine-color-body': dark[7],
    '--mantine-color-placeholder': dark[2],
    '--mantine-color-dimmed': dark[2],
    '--mantine-color-error': '#f28b82',
    '--mantine-color-red-6': '#f28b82',
    '--mantine-color-red-filled': '#b3261e',
    '--mantine-color-red-filled-hover': '#951d17',
    '--mantine-color-anchor': heron[3],
  },
});
