from portal.urls import *
