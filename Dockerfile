# docker build --tag pullquote .          docs/deploying.md says how it is run.
FROM python:3.11-slim AS build
# Where PyTorch's CPU builds are; elsewhere, give a mirror of it. A bare `torch` brings gigabytes of CUDA.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY constraints.txt pyproject.toml README.md LICENSE /src/
COPY core /src/core
COPY index /src/index
COPY qa /src/qa
COPY ui /src/ui
COPY eval /src/eval
RUN python -m venv /opt/pullquote
RUN /opt/pullquote/bin/pip install --no-cache-dir --constraint /src/constraints.txt --extra-index-url "$TORCH_INDEX" torch
RUN /opt/pullquote/bin/pip install --no-cache-dir --constraint /src/constraints.txt "/src[mcp]"

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 pullquote && mkdir /archive && chown pullquote /archive
COPY --from=build /opt/pullquote /opt/pullquote
ENV PATH=/opt/pullquote/bin:$PATH PULLQUOTE_ARCHIVE=/archive PYTHONUNBUFFERED=1
USER pullquote
VOLUME /archive
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=5m CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:7860/health', timeout=4)"]
ENTRYPOINT ["pullquote"]
CMD ["chat", "--host", "0.0.0.0"]
