/** The second of a double press was meant for what stood there before the first one, or has been done by it already. */
export const isSecondPress = ({ detail }: { detail: number }): boolean => detail > 1;
