// Registration of body dissectors by media type.

import { grpc, protobuf } from './grpc.ts';
import { gif, jfif, mp4, png } from './images.ts';
import { ipp } from './ipp.ts';
import { json } from './json.ts';
import { media, unreadMedia } from './media.ts';
import { mp2t } from './mp2t.ts';
import { mimeMultipart } from './multipart.ts';
import { textLines } from './text-lines.ts';
import { urlencodedForm } from './urlencoded.ts';
import { xml } from './xml.ts';

export const mediaProtocols = [
  textLines,
  json,
  xml,
  urlencodedForm,
  mimeMultipart,
  png,
  gif,
  jfif,
  mp4,
  ipp,
  mp2t,
  grpc,
  protobuf,
  media,
  ...unreadMedia,
];
