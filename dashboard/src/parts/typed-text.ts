import { useState } from 'react';

interface TypedText {
  text: string;
  setText: (text: string) => void;
  /** Notes that the text goes into the address; false: it is on its way or there already. */
  send: (wanted: string) => boolean;
}

/**
 * Text that is typed ahead of the address: what was sent comes back as `value` later, and must not overwrite what was
 * typed since. Any other value (back, a link) wins.
 */
export function useTypedText(value: string): TypedText {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  const [onTheWay, setOnTheWay] = useState<readonly string[]>([]);
  if (value !== known) {
    const arrived = onTheWay.indexOf(value);
    setKnown(value);
    setOnTheWay(arrived === -1 ? [] : onTheWay.slice(arrived + 1));
    if (arrived === -1) setText(value);
  }
  return {
    text,
    setText,
    send: (wanted) => {
      if (wanted === (onTheWay.at(-1) ?? known)) return false;
      setOnTheWay((before) => [...before, wanted]);
      return true;
    },
  };
}
