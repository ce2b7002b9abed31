// The page begins: listens, draws, and opens the live channel.
import './styles/main.css';
import { render } from 'preact';
import { connect, connectWhenBack } from './api/live.ts';
import { App } from './app.tsx';
import { watchFindings } from './state/alerts.ts';
import { watchCaptures } from './state/captures.ts';

const root = document.getElementById('app')!;
root.textContent = '';
render(<App />, root);
connect();
connectWhenBack();
watchCaptures();
watchFindings();
