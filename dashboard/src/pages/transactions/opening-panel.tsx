import { LoadingRows } from '../../parts/states';
import classes from './opening-panel.module.css';

/** Where the drawer will be, from the press on until its program is there. */
export function OpeningPanel() {
  return (
    <div className={classes.backdrop}>
      <section className={classes.panel} role="dialog" aria-label="Transaction" aria-busy="true">
        <div className={classes.title}>Transaction</div>
        <LoadingRows />
      </section>
    </div>
  );
}
