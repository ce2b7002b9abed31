// The page begins: listens, draws, and opens the live channel.
import './styles/main.css';
import { render } from 'preact';
import { connect, connectWhenBack } from './api/live.ts';
import { App, prefetchPages } from './app.tsx';
import { watchFindings } from './state/alerts.ts';
import { watchCaptures } from './state/captures.ts';
import { watchPeer } from './state/peer-here.ts';

const root = document.getElementById('app')!;
root.textContent = '';
render(<App />, root);
connect();
connectWhenBack();
watchCaptures();
watchFindings();

/** What is not needed for the first sight waits until that is there. */
const LATER_MS = 1500;
setTimeout(() => {
  prefetchPages();
  watchPeer();
}, LATER_MS);
