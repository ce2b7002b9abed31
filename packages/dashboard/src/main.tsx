// Entry point: registers listeners, renders, and opens the live channel.
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

/** Work that the first view does not need is delayed until it has rendered. */
const LATER_MS = 1500;
setTimeout(() => {
  prefetchPages();
  watchPeer();
}, LATER_MS);
