import { Group, Text } from '@mantine/core';

/** A heron's neck as an S, in the colour of the theme. */
export function Logo({ size = 26, withName = true }: { size?: number; withName?: boolean }) {
  return (
    <Group gap={10} wrap="nowrap">
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="var(--mantine-color-heron-8)" />
        <path
          d="M9.500 24.500c6 0 9.100-2.900 9.100-7.700 0-2.600-1.600-3.700-1.600-5.900 0-1.800 1.300-3 3.200-3 1.400 0 2.400.6 2.900 1.500l3.400 1-3.600.9c-.5.500-.6 1.100-.6 1.900 0 1.300.5 2.400.5 4.300 0 4.500-3.600 7-8.300 7v4"
          fill="none"
          stroke="#fff"
          strokeWidth="2.100"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      {withName && (
        <Text span fw={650} fz={size * 0.68} lh={1} style={{ letterSpacing: '-0.02em' }}>
          Ardea
        </Text>
      )}
    </Group>
  );
}
