"""The emulator against the platform's own JavaScript: @wecom/crypto and @wecom/aibot-node-sdk.

They are not part of this repository. `make test` installs them where npm is at hand; elsewhere, with node,
`npm i --prefix build/node @wecom/crypto @wecom/aibot-node-sdk` does,
or PINGAN_NODE_MODULES says where they are; else the vectors are the only check.
"""

import asyncio
import base64
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.wecom_kit import AES_KEY, NONCE, TIMESTAMP, TOKEN
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.crypt import Crypt, open_media, seal_media
from tests.test_fake_wecom import AT, GROUP, card

FOLDER = Path(os.environ.get("PINGAN_NODE_MODULES") or "build/node/node_modules").absolute()
NODE = shutil.which("node") or ""
PACKAGES = ("@wecom/crypto", "@wecom/aibot-node-sdk")
FOUND = bool(NODE) and all((FOLDER / name).is_dir() for name in PACKAGES)

pytestmark = pytest.mark.skipif(
    not FOUND,
    reason=(
        "NOT CROSS-TESTED against the platform's own JavaScript, only against the vectors: needs node and "
        f"{' and '.join(PACKAGES)} in PINGAN_NODE_MODULES (or build/node/node_modules)"
    ),
)

TALKS = ["", "好", "接单 T1001 ✅", "字" * 5000, "a" * 31, "b" * 32, '{"msgid":"M1"}', "<xml>]]></xml>"]

CRYPTO = """
const { encrypt, decrypt, getSignature } = require(process.argv[1] + '/@wecom/crypto');
const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const out = input.sealed.map(([secret]) => decrypt(input.key, secret));
const made = input.plains.map((plain) => {
  const secret = encrypt(input.key, plain, 'wwcorp1');
  return [secret, getSignature(input.token, input.timestamp, input.nonce, secret)];
});
const signs = input.sealed.map(([secret]) => getSignature(input.token, input.timestamp, input.nonce, secret));
console.log(JSON.stringify({ out, made, signs }));
"""

MEDIA = """
const { decryptFile } = require(process.argv[1] + '/@wecom/aibot-node-sdk');
const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const out = input.map(([cipher, key]) => decryptFile(Buffer.from(cipher, 'base64'), key).toString('base64'));
console.log(JSON.stringify(out));
"""

CLIENT = """
const { WSClient } = require(process.argv[1] + '/@wecom/aibot-node-sdk');
const { url, card } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const client = new WSClient({ botId: 'BOTID', secret: 'SECRET', wsUrl: url, logger: quiet });
client.on('message.text', async (frame) => {
  await client.replyStream(frame, 'S1', '正在登记…', false);
  await client.replyStream(frame, 'S1', '已受理', true);
  const target = frame.body.chatid;
  await client.sendMessage(target, { msgtype: 'markdown', markdown: { content: '提醒' } });
  await client.sendMessage(target, { msgtype: 'template_card', template_card: card });
});
client.on('message.voice', async (frame) => {
  const { media_id } = await client.uploadMedia(Buffer.alloc(600000, 7), { type: 'file', filename: 'a.bin' });
  await client.replyMedia(frame, 'file', media_id);
});
client.on('event.template_card_event', async (frame) => {
  const done = { ...card, button_list: [{ text: '已接单', style: 4, key: 'noop:T1' }] };
  await client.updateTemplateCard(frame, done);
});
client.on('event.enter_chat', (frame) => client.replyWelcome(frame, { msgtype: 'text', text: { content: '您好' } }));
client.connect();
"""


async def node(script: str, data: Any) -> Any:
    """Runs it, with `data` on its standard input; its standard output."""
    process = await asyncio.create_subprocess_exec(
        *(NODE, "-e", script, str(FOLDER)), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        out, _ = await process.communicate(json.dumps(data).encode())
    assert process.returncode == 0
    return json.loads(out)


async def test_the_platforms_library_and_the_emulator_read_each_other() -> None:
    crypt = Crypt(TOKEN, AES_KEY, "wwcorp1")
    sealed = [[crypt.seal(plain)] for plain in TALKS]
    data = {"key": AES_KEY, "token": TOKEN, "timestamp": TIMESTAMP, "nonce": NONCE, "sealed": sealed, "plains": TALKS}
    got = await node(CRYPTO, data)
    assert [(row["message"], row["id"]) for row in got["out"]] == [(plain, "wwcorp1") for plain in TALKS]
    assert got["signs"] == [crypt.sign(TIMESTAMP, NONCE, secret) for (secret,) in sealed]
    for plain, (secret, signature) in zip(TALKS, got["made"], strict=True):
        assert crypt.open(secret) == plain
        assert crypt.sign(TIMESTAMP, NONCE, secret) == signature


async def test_the_platforms_library_opens_the_emulators_files() -> None:
    plains = [b"", b"x", b"\xff\xd8" * 500, b"y" * 31, b"z" * 32, "照片".encode()]
    ciphers = [base64.b64encode(seal_media(plain, AES_KEY)).decode() for plain in plains if plain]
    got = await node(MEDIA, [[cipher, AES_KEY] for cipher in ciphers])
    assert [base64.b64decode(one) for one in got] == plains[1:]
    assert open_media(seal_media(b"", AES_KEY), AES_KEY) == b""


async def test_the_platforms_own_client_talks_to_the_emulator() -> None:
    async with FakeWecom() as fake:
        process = await asyncio.create_subprocess_exec(
            *(NODE, "-e", CLIENT, str(FOLDER)), stdin=asyncio.subprocess.PIPE
        )
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps({"url": fake.ws_url, "card": card("T1")}).encode())
            process.stdin.close()
            await fake.until(lambda: fake.socket.connected, 30)
            await fake.say("zhangsan", AT + "楼道堆物", GROUP)
            shown = await fake.until_seen(GROUP, 3, 30)
            await fake.until(lambda: shown[0].finished)
            assert [one.text for one in shown] == ["已受理", "提醒", "新警情"]
            await fake.click("lijing", "T1", "claim")
            await fake.until(lambda: shown[2].labels == ["已接单"])
            await fake.aibot.enter("wang")
            assert [one.text for one in await fake.until_seen("wang", 1)] == ["您好"]
            await fake.speak("wang", "发个文件")
            (_, file) = await fake.until_seen("wang", 2, 30)
            assert fake.qyapi.files[file.body["file"]["media_id"]][0] == bytes([7]) * 600000
            assert fake.state.complaints == []
        finally:
            process.kill()
            await process.wait()
