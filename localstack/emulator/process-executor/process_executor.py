"""A Lambda executor for LocalStack that needs no Docker: functions run in the function host (../function-host.ts)."""

import json
import os
from http.client import HTTPConnection
from urllib.parse import quote

from localstack.aws.api.lambda_ import PackageType
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import LambdaRuntimeException, RuntimeExecutor

LOOPBACK = "127.0.0.1"
# The longest that a function may run is 15 minutes; before, it may wait for a free environment and initialize.
TIMEOUT_SECONDS = 20 * 60


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    name = "process"

    def load(self, *args, **kwargs):
        return ProcessExecutor


class ProcessExecutor(RuntimeExecutor):
    """
    What LocalStack takes for an execution environment is a right to invoke. The host has the processes: it starts, limits
    and ends them for all environments of a version together.
    """

    def start(self, env_vars: dict[str, str]) -> None:
        call_host("PUT", path_of(self.function_version), definition_of(self.function_version, env_vars))

    def stop(self) -> None:
        pass

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        request_id = payload["invoke-id"]
        request = {
            "requestId": request_id,
            "functionArn": payload["invoked-function-arn"],
            "traceId": payload["trace-id"],
            "payload": payload["payload"],
        }
        answer = call_host("POST", f"{path_of(self.function_version)}/invocations", request)
        return InvocationResult(request_id, answer["payload"].encode(), "functionError" in answer, answer["lines"])

    def get_address(self) -> str:
        return LOOPBACK

    def get_endpoint_from_executor(self) -> str:
        # An IP address makes S3 clients put the bucket into the path, so no name has to resolve.
        return LOOPBACK

    def get_runtime_endpoint(self) -> str:
        return ""  # the host needs no way back

    def get_logs(self) -> str:
        return ""  # each invocation brings its own

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        config = function_version.config
        if config.package_type != PackageType.Zip or not config.runtime.startswith("nodejs"):
            raise LambdaRuntimeException("without Docker, only Node.js functions from zip files can run")
        if config.layers:
            raise LambdaRuntimeException("without Docker, functions with layers cannot run")
        config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        call_host("DELETE", path_of(function_version))


def path_of(version: FunctionVersion) -> str:
    # A changed configuration or code is a new revision.
    return f"/functions/{quote(version.config.revision_id, safe='')}"


def definition_of(version: FunctionVersion, env_vars: dict[str, str]) -> dict:
    """What function-host.ts calls a `HostedFunction`. `env_vars` are the variables of an environment in a container."""
    config = version.config
    logging = config.logging_config
    return {
        "name": version.id.function_name,
        "arn": version.id.unqualified_arn(),
        "version": version.id.qualifier,
        "codeDir": str(config.code.get_unzipped_code_location()),
        "handler": config.handler,
        "runtime": config.runtime,
        "timeoutSeconds": config.timeout,
        "memoryMb": config.memory_size,
        "environment": config.environment or {},
        "credentials": {
            "accessKeyId": env_vars["AWS_ACCESS_KEY_ID"],
            "secretAccessKey": env_vars["AWS_SECRET_ACCESS_KEY"],
            "sessionToken": env_vars["AWS_SESSION_TOKEN"],
        },
        "logFormat": logging.get("LogFormat", "Text"),
        "applicationLogLevel": logging.get("ApplicationLogLevel", "INFO"),
        "region": version.id.region,
        "endpointUrl": env_vars["AWS_ENDPOINT_URL"],
    }


def call_host(method: str, path: str, body: dict | None = None) -> dict | None:
    address, key = os.environ["FUNCTION_HOST"].split("/")
    connection = HTTPConnection(address, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, f"/{key}{path}", json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read()
    finally:
        connection.close()
    if response.status >= 400:
        raise LambdaRuntimeException(f"the function host answered {response.status}: {text.decode()}")
    return json.loads(text) if text else None
