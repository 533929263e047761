import streamlit as st

st.title("hyperviz")
