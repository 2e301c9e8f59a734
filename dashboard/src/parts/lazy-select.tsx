import { ComboboxChevron, InputBase, type SelectProps } from '@mantine/core';
import { useRef, useState } from 'react';
import { useOnDemand } from './on-demand';

interface LazySelectProps<Value extends string> extends Omit<SelectProps<Value>, 'data'> {
  data?: readonly { value: Value; label: string }[];
}

/** How far somebody has come with the field that stands in. */
type Reached = 'nothing' | 'focus' | 'list';

/**
 * A choice above a list: looks and reads like one from the start, and becomes one when it is reached or has a value. What
 * is typed until then is the search.
 */
export function LazySelect<Value extends string = string>(props: LazySelectProps<Value>) {
  const { data, value, searchable = false, searchValue, onSearchChange, onFocus } = props;
  const [reached, setReached] = useState<Reached>('nothing');
  const isNeeded = reached !== 'nothing' || value != null;
  const later = useOnDemand(isNeeded);
  // Where it has been there before, it is there at once; a field that is not used does not change under the pointer.
  const [wasThere] = useState(later !== undefined);
  const [hasBeen, setHasBeen] = useState(wasThere);
  const isByPointer = useRef(false);
  if (later !== undefined && isNeeded && !hasBeen) setHasBeen(true);
  if (later !== undefined && hasBeen)
    return (
      <later.Select
        {...props}
        data={data}
        // The focus was here when this came.
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus={reached !== 'nothing'}
        defaultDropdownOpened={reached === 'list'}
      />
    );
  const { placeholder, style, w, label } = props;
  return (
    <InputBase
      role="combobox"
      aria-label={props['aria-label']}
      aria-haspopup="listbox"
      aria-expanded={false}
      label={label}
      placeholder={placeholder}
      style={style}
      w={w}
      pointer={!searchable}
      readOnly={!searchable}
      rightSection={<ComboboxChevron size="sm" aria-hidden="true" />}
      rightSectionPointerEvents="none"
      value={searchValue || (data?.find((each) => each.value === value)?.label ?? '')}
      onChange={({ currentTarget }) => {
        onSearchChange?.(currentTarget.value);
        setReached('list');
      }}
      onPointerDown={() => {
        isByPointer.current = true;
      }}
      onClick={() => {
        isByPointer.current = false;
        setReached('list');
      }}
      onFocus={(event) => {
        onFocus?.(event);
        // A press becomes a click only on what stays.
        if (!isByPointer.current) setReached('focus');
      }}
      onBlur={() => {
        isByPointer.current = false;
        setReached('nothing');
      }}
      onKeyDown={({ key }) => {
        if (!searchable && ['ArrowDown', 'ArrowUp', 'Enter', ' '].includes(key)) setReached('list');
      }}
    />
  );
}
