# hyperviz for a host: docker build -t hyperviz . && docker run -p 8501:8501 hyperviz
FROM python:3.12-slim
RUN useradd --create-home hyperviz
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY --chown=hyperviz . .
USER hyperviz
# programs are compiled here for the machine that builds; another kind of processor compiles its own at its start
ENV HYPERVIZ_BUDGET=hosted HYPERVIZ_DATASETS="" HYPERVIZ_PROGRAMS=/home/hyperviz/programs STREAMLIT_SERVER_HEADLESS=true
# Spaces show the app in a frame of another site, where no cookie is sent: uploads would be refused (README)
ENV STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION=false
RUN python -m hyperviz warm
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=5m \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/ready')"]
CMD ["streamlit", "run", "app.py", "--server.address=0.0.0.0", "--server.port=8501"]
