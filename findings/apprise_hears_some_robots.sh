#!/bin/sh
# Good guess: apprise's notify() is true when the service took the message; the robots of WeCom, DingTalk and Feishu all
#   refuse (wrong key, too many, too long) by an answer of status 200 whose JSON names an error code.
# Truth (2.3.0): only the Feishu plugin reads that code. WeCom {"errcode":93000} and DingTalk {"errcode":310000} behind a
#   200 count as told; of three robots of one kind two never say that nothing arrived.
# Why users here care: these are the robots of the offices here, and a run that failed at night is told by them alone.
#   Guard: run/notify_services.py (names_error), tests/test_run_notify_services.py.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m pip install --quiet --root-user-action=ignore --target "$folder" apprise==2.3.0
NO_PROXY=127.0.0.1 PYTHONPATH="$folder" "${PYTHON:-python3}" - <<'CODE'
import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version

from apprise import Apprise
from apprise.plugins import dingtalk, feishu, wecombot

ANSWERS = {  # as the services document them
    "wecom": {"errcode": 93000, "errmsg": "invalid webhook url"},
    "dingtalk": {"errcode": 310000, "errmsg": "keywords not in content"},
    "feishu": {"code": 19024, "msg": "Key Words Not Found", "data": {}},
}


class Robot(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(ANSWERS[self.path.split("/")[1]]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Robot)
threading.Thread(target=server.serve_forever, daemon=True).start()
logging.disable(logging.CRITICAL)
own = f"http://127.0.0.1:{server.server_port}"
wecombot.NotifyWeComBot.notify_url = own + "/wecom/{key}"
dingtalk.NotifyDingTalk.notify_url = own + "/dingtalk/{token}"
feishu.NotifyFeishu.notify_url = own + "/feishu/{token}/"
addresses = {
    "wecom": "wecombot://693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa",
    "dingtalk": "dingtalk://aaaaaaaaaaaaaaaa",
    "feishu": "feishu://aaaaaaaaaaaaaaaa",
}
print("apprise", version("apprise"))
told = {}
for name, address in addresses.items():
    one = Apprise()
    assert one.add(address)
    told[name] = bool(one.notify(title="t", body="b"))
    print(f"{name}: 200 with {ANSWERS[name]} → told: {told[name]}")
assert told == {"wecom": True, "dingtalk": True, "feishu": False}, told
CODE
