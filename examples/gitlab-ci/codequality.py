"""Turn the report of repoint into a code quality report, as GitLab shows it in merge requests."""

import hashlib
import json
import sys

SEVERITIES = {"error": "critical", "warning": "minor", "info": "major"}

report = json.load(sys.stdin)
issues = [
    {
        "description": each["message"],
        "check_name": f"repoint/{each['outcome']}",
        "fingerprint": hashlib.sha256(json.dumps(each | {"line": 0}).encode()).hexdigest(),  # it may move
        "severity": SEVERITIES[each["severity"]],
        "location": {"path": each["file"], "lines": {"begin": each["line"]}},
    }
    for each in report["references"] + report["findings"]
    if each["severity"] != "info" or each["toDo"]
]
json.dump(issues, sys.stdout, indent=2)
