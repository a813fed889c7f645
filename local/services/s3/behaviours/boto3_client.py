"""Calls S3 with boto3 for the tests: reads one request a line as JSON, and writes one answer a line."""

import base64
import datetime
import io
import json
import os
import sys

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

SETTINGS = json.loads(sys.argv[1])
PART_BYTES = 5 * 1024 * 1024
clients = {}


def client_for(options):
    checksums = "when_supported" if options.get("checksums", True) else "when_required"
    credentials = options.get("credentials", SETTINGS["credentials"])
    # A checksum travels in a trailer only if nobody else can read the connection.
    url = SETTINGS["tlsUrl"] if options.get("stream") else SETTINGS["url"]
    key = (checksums, credentials["accessKeyId"], credentials["secretAccessKey"], url)
    if key not in clients:
        clients[key] = boto3.client(
            "s3",
            endpoint_url=url,
            verify=SETTINGS["authority"],
            region_name="us-east-1",
            aws_access_key_id=credentials["accessKeyId"],
            aws_secret_access_key=credentials["secretAccessKey"],
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                retries={"total_max_attempts": 1},
                request_checksum_calculation=checksums,
                response_checksum_validation=checksums,
            ),
        )
        clients[key].meta.events.register("before-call.s3", change_request)
    return clients[key]


change = {}


def change_request(params, **_):
    params["headers"].update(change.get("headers", {}))
    if "body" in change:
        params["body"] = change["body"].encode()


def method_of(client, operation):
    name = next(name for name, other in client.meta.method_to_api_mapping.items() if other == operation)
    return name, getattr(client, name)


def with_body(parameters, stream):
    if "Body" in parameters:
        body = base64.b64decode(parameters["Body"])
        parameters["Body"] = io.BytesIO(body) if stream else body
    return parameters


def plain(value):
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        utc = value.astimezone(datetime.timezone.utc)
        return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, StreamingBody):
        return value.read().decode(errors="replace")
    return value


def call(request):
    global change
    options = change = request["options"]
    client = client_for(options)
    try:
        output = method_of(client, request["operation"])[1](**with_body(request["input"], options.get("stream")))
        error = {}
    except ClientError as failure:
        output = failure.response
        error = output.pop("Error")
    metadata = output.pop("ResponseMetadata")
    fields = {**plain(output), **{name: value for name, value in error.items() if name not in ("Code", "Message")}}
    if error:
        fields.update(code=error["Code"], message=error["Message"])
    return {**fields, "status": metadata["HTTPStatusCode"], "headers": metadata["HTTPHeaders"]}


def presign(request):
    client = client_for({})
    name = method_of(client, request["operation"])[0]
    return client.generate_presigned_url(name, Params=request["input"], ExpiresIn=request["expiresIn"])


def presign_post(request):
    return client_for({}).generate_presigned_post(**request["input"])


def transfer(request):
    """Sends bytes up and down with the transfer manager, which cuts them into parts of 5 MiB and sends those at once."""
    sent, received = os.urandom(request["size"]), io.BytesIO()
    config = TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES)
    client_for({}).upload_fileobj(io.BytesIO(sent), request["bucket"], request["key"], Config=config)
    client_for({}).download_fileobj(request["bucket"], request["key"], received, Config=config)
    return received.getvalue() == sent


KINDS = {"call": call, "presign": presign, "presignPost": presign_post, "transfer": transfer}
for line in sys.stdin:
    message = json.loads(line)
    try:
        result = {"answer": KINDS[message["kind"]](message)}
    except Exception as failure:  # the test reports it
        result = {"failure": f"{type(failure).__name__}: {failure}"}
    print(json.dumps(result), flush=True)
